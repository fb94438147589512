internal import COpenSSL

/// What all connections of one TLS configuration share: authorities, certificate and key, already read and checked.
@safe
package final class TLSContext: Sendable {
  // SAFETY: set once; OpenSSL's contexts may be shared between threads once they are set up.
  nonisolated(unsafe) let pointer: OpaquePointer
  /// The configured name that replaces the host's, for clients.
  let serverName: String?

  /// Reads the client's files; the error names the file that is wrong and says why.
  package init(client configuration: TLSConfiguration) throws(TLSError) { fatalError("TLSContext") }

  /// Reads the server's files; the error names the file that is wrong and says why.
  package init(server configuration: TLSServerConfiguration) throws(TLSError) { fatalError("TLSContext") }
}
