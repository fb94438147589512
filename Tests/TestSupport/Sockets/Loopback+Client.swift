internal import Glibc

extension Loopback {
  /// A plain connection to a server.
  package final class Client: Sendable {
    private let descriptor: Int32

    /// Connects; nil if no server accepts the connection.
    package init?(_ port: UInt16) {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      let descriptor = descriptor
      guard Loopback.withAddress(port, { connect(descriptor, $0, $1) }) == 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Sends a text.
    package func send(_ text: String) {
      let bytes = Array(text.utf8)
      _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Waits for a byte from the server.
    package func waitForBytes() async -> Bool { await waitFor { $0 > 0 } }

    /// Waits until the server has ended the connection. Drops the bytes that come before.
    package func waitForEnd() async -> Bool { await waitFor { $0 == 0 || $0 < 0 && errno == ECONNRESET } }

    private func waitFor(_ isIt: @escaping @Sendable (Int) -> Bool) async -> Bool {
      let descriptor = descriptor
      return await Loopback.wait {
        var bytes = [UInt8](repeating: 0, count: 4096)
        return isIt(recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT)))
      }
    }
  }
}
