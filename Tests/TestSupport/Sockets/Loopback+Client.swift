internal import Glibc
internal import TelemetryCore

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
    package func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends bytes, in a thread's own time: the server may be slow to read them.
    package func send(_ bytes: [UInt8]) {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count <= 0 { return }
        rest = rest.dropFirst(count)
      }
    }

    /// Everything that the server sends until it ends the connection.
    package func readToEnd() async -> String {
      let descriptor = descriptor
      let received = Locked<[UInt8]>([])
      _ = await Loopback.wait {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
          let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
          if count <= 0 { return count == 0 || errno == ECONNRESET }
          received.withLock { $0 += bytes.prefix(count) }
        }
      }
      return String(decoding: received.withLock { $0 }, as: UTF8.self)
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
