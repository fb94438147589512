internal import COpenSSL

/// TLS without a socket: ciphertext goes in and comes out as bytes. Belongs to one connection and its loop.
@safe
package final class TLSEngine {
  /// How far the handshake is.
  package enum Handshake: Hashable, Sendable {
    case inProgress
    /// Done; `h2` is agreed on.
    case done
    case failed(TLSError)
  }

  /// What one attempt to move plaintext gave.
  package enum Result: Hashable, Sendable {
    /// So many bytes were moved, at least one.
    case bytes(Int)
    /// More ciphertext is needed first.
    case wouldBlock
    /// The peer ended its side in order (reading only).
    case end
    case failed(TLSError)
  }

  /// How far the handshake is. Changes in `start`, `receive` and `receiveEnd`.
  package private(set) var handshake: Handshake = .inProgress

  /// Makes the client's side.
  /// - Parameter host: The host that is connected to, name or IP literal (with or without brackets): it is asked for
  ///   (names only) and the certificate must be for it, unless the configuration names another.
  package init(client context: TLSContext, host: String) throws(TLSError) { fatalError("TLSEngine") }

  /// Makes the server's side.
  package init(server context: TLSContext) throws(TLSError) { fatalError("TLSEngine") }

  /// Starts the handshake: a client has output afterwards.
  package func start() {}

  /// Takes ciphertext that arrived, and carries the handshake on. After a failed handshake there may be output
  /// left (an alert that tells the peer): send it, then close.
  package func receive(_ ciphertext: UnsafeRawBufferPointer) {}

  /// The transport has ended: nothing more arrives.
  package func receiveEnd() {}

  /// Decrypts into `buffer`. Call it until it says `wouldBlock`.
  package func read(into buffer: UnsafeMutableRawBufferPointer) -> Result { .wouldBlock }

  /// Encrypts all of the slices, in records of 16 KiB; the output grows by as much. Only after the handshake.
  package func write(_ slices: UnsafeBufferPointer<IOSlice>) -> Result { .wouldBlock }

  /// Encrypts all of `bytes`.
  package func write(_ bytes: UnsafeRawBufferPointer) -> Result { .wouldBlock }

  /// The ciphertext that waits to be sent.
  package var outputCount: Int { 0 }

  /// Hands the waiting ciphertext, in one piece, to `send`, which returns how much of it was sent.
  package func withOutput(_ send: (UnsafeRawBufferPointer) -> Int) {}

  /// Says goodbye (close_notify): there is output afterwards.
  package func close() {}
}
