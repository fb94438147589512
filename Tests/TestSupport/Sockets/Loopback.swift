internal import Glibc
internal import TelemetryCore

/// Plain sockets on 127.0.0.1: free ports, checks of servers, and servers that misbehave.
package enum Loopback {
  static func withAddress<Value>(
    _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
  ) -> Value {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }

  /// Binds a socket to a port that the system chooses.
  package static func bindAnywhere(_ descriptor: Int32) -> UInt16 {
    _ = withAddress(0) { bind(descriptor, $0, $1) }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// True if a server accepts connections at this port.
  package static func accepts(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    return withAddress(port) { connect(descriptor, $0, $1) } == 0
  }

  /// The answer to an HTTP GET with its headers; empty if there is no answer.
  package static func get(_ port: UInt16, _ path: String) -> String {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    guard withAddress(port, { connect(descriptor, $0, $1) }) == 0 else { return "" }
    let request = "GET \(path) HTTP/1.0\r\nHost: localhost\r\n\r\n"
    guard write(descriptor, request, request.utf8.count) > 0 else { return "" }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count <= 0 { break }
      bytes += chunk.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The limit of waits. It is long, so that a busy machine fails no test.
  package static let patience = Duration.seconds(120)

  /// Checks a condition again and again, with pauses, until it holds.
  /// - Returns: False if the limit passes first.
  package static func wait(within limit: Duration = patience, until isTrue: @escaping @Sendable () -> Bool) async
    -> Bool
  {
    guard let loop = try? await TestLoop.shared() else { return false }
    return await Task(executorPreference: loop) {
      let deadline = Deadline.after(limit)
      while true {
        if isTrue() { return true }
        if deadline.hasPassed { return false }
        await loop.sleep(until: .after(.milliseconds(30)))
      }
    }.value
  }
}
