internal import Glibc
internal import TelemetryCore

/// Plain sockets of 127.0.0.1: to find a free port, to see whether a server is ready, to be a server that misbehaves.
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

  /// A port of our own that nobody listens on, until somebody whom it is told does.
  ///
  /// A socket is bound to it as long as this lives, so the system gives it to nobody else. It doesn't listen and allows
  /// its address to be used again, so a program that allows that too, as servers do, can listen on the port.
  package final class HeldPort: Sendable {
    package let number: UInt16
    private let descriptor: Int32

    package init() {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      var isShared: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isShared, socklen_t(MemoryLayout<Int32>.size))
      number = Loopback.bindAnywhere(descriptor)
    }

    deinit { close(descriptor) }
  }

  /// Binds a socket to a port that the system chooses.
  private static func bindAnywhere(_ descriptor: Int32) -> UInt16 {
    _ = withAddress(0) { bind(descriptor, $0, $1) }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Whether something accepts connections.
  package static func accepts(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    return withAddress(port) { connect(descriptor, $0, $1) } == 0
  }

  /// The answer to an HTTP GET, headers and all; empty if there is none.
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

  /// How long what is waited for may take: a busy machine shall not decide whether a test passes.
  package static let patience = Duration.seconds(120)

  /// Asks again and again, in pauses, until the answer is yes; false if it isn't by the end of the time.
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

  /// A plain connection to a server.
  package final class Client: Sendable {
    private let descriptor: Int32

    /// Nil if nothing accepts it.
    package init?(_ port: UInt16) {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      let descriptor = descriptor
      guard Loopback.withAddress(port, { connect(descriptor, $0, $1) }) == 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Waits for anything that the server sends.
    package func waitForBytes() async -> Bool { await waitFor { $0 > 0 } }

    /// Waits until the server has ended the connection; reads what comes before.
    package func waitForEnd() async -> Bool { await waitFor { $0 == 0 || $0 < 0 && errno == ECONNRESET } }

    private func waitFor(_ isIt: @escaping @Sendable (Int) -> Bool) async -> Bool {
      let descriptor = descriptor
      return await Loopback.wait {
        var bytes = [UInt8](repeating: 0, count: 4096)
        return isIt(recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT)))
      }
    }
  }

  /// A listening socket that never accepts.
  package final class Listener: Sendable {
    package let port: UInt16
    fileprivate let descriptor: Int32

    /// - Parameter backlog: How many connections the system takes on its own; nil doesn't listen.
    package init(backlog: Int32?) {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      port = Loopback.bindAnywhere(descriptor)
      if let backlog { listen(descriptor, backlog) }
    }

    deinit { close(descriptor) }
  }

  /// A server that reads once from each connection and answers the same to all of them, one after the other. It waits for
  /// their end; without an answer it closes them.
  package final class Canned: Sendable {
    private let listener = Listener(backlog: 16)

    package var port: UInt16 { listener.port }

    package init(_ answer: String) throws {
      let descriptor = listener.descriptor
      try ThreadSystem.start(name: "canned", stackSize: 1 << 18) {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
          let connection = accept(descriptor, nil, nil)
          if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
          guard connection >= 0 else { return }
          _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
          if read(connection, &bytes, bytes.count) > 0, !answer.isEmpty {
            _ = send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
            while read(connection, &bytes, bytes.count) > 0 {}
          }
          close(connection)
        }
      }
    }

    // Wakes the thread, which then ends; the listener closes the descriptor after that.
    deinit { shutdown(listener.descriptor, Int32(SHUT_RDWR)) }
  }

  /// A server that opens HTTP/2's windows wide and then reads one byte a second, from a small buffer.
  package final class SlowReader: Sendable {
    private let listener = Listener(backlog: nil)

    package var port: UInt16 { listener.port }

    package init() throws {
      let descriptor = listener.descriptor
      var size: Int32 = 2048
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
      listen(descriptor, 16)
      // SETTINGS with the largest window for streams, a WINDOW_UPDATE for the connection, SETTINGS acknowledged.
      let greeting: [UInt8] =
        [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0x7F, 0xFF, 0xFF, 0xFF] + [0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7F, 0xFE, 0, 0]
        + [0, 0, 0, 4, 1, 0, 0, 0, 0]
      try ThreadSystem.start(name: "slow reader", stackSize: 1 << 18) {
        var connections: [pollfd] = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        while true {
          // A second between two bytes; a new connection is greeted at once.
          if poll(&connections, 1, 1000) > 0 {
            let connection = accept(descriptor, nil, nil)
            if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
            guard connection >= 0 else { break }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            _ = send(connection, greeting, greeting.count, Int32(MSG_NOSIGNAL))
            connections.append(pollfd(fd: connection, events: 0, revents: 0))
          } else {
            var byte: UInt8 = 0
            for connection in connections.dropFirst() { _ = recv(connection.fd, &byte, 1, Int32(MSG_DONTWAIT)) }
          }
        }
        for connection in connections.dropFirst() { close(connection.fd) }
      }
    }

    // Wakes the thread, which then ends; the listener closes the descriptor after that.
    deinit { shutdown(listener.descriptor, Int32(SHUT_RDWR)) }
  }

  /// A server whose SYN queue is full: what comes to it is dropped, as by a firewall.
  package final class Deaf: Sendable {
    private let listener = Listener(backlog: 0)
    private let fillers: [Int32]

    package var port: UInt16 { listener.port }

    package init() {
      let port = listener.port
      fillers = (0..<4).map { _ in
        let descriptor = socket(
          AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        _ = Loopback.withAddress(port) { connect(descriptor, $0, $1) }
        return descriptor
      }
    }

    deinit { fillers.forEach { close($0) } }
  }
}
