internal import Glibc
internal import TelemetryCore

extension Loopback {
  /// A listening socket that never accepts.
  package final class Listener: Sendable {
    package let port: UInt16
    fileprivate let descriptor: Int32

    /// - Parameter backlog: The number of connections that the system accepts; nil means that the socket doesn't listen.
    package init(backlog: Int32?) {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      port = Loopback.bindAnywhere(descriptor)
      if let backlog { listen(descriptor, backlog) }
    }

    deinit { close(descriptor) }
  }

  /// A server that reads once from each connection and sends the same answer to all, one after the other. With an answer
  /// the server waits for the connection's end; with an empty answer the server closes the connection.
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

    // Wakes the thread, which then ends. The listener closes the descriptor after that.
    deinit { shutdown(listener.descriptor, Int32(SHUT_RDWR)) }
  }

  /// A server that grants the largest HTTP/2 windows and then reads one byte a second from a small buffer.
  package final class SlowReader: Sendable {
    private let listener = Listener(backlog: nil)

    package var port: UInt16 { listener.port }

    package init() throws {
      let descriptor = listener.descriptor
      var size: Int32 = 2048
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
      listen(descriptor, 16)
      // SETTINGS with the largest window for streams, a WINDOW_UPDATE for the connection, a SETTINGS ACK.
      let greeting: [UInt8] =
        [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0x7F, 0xFF, 0xFF, 0xFF] + [0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7F, 0xFE, 0, 0]
        + [0, 0, 0, 4, 1, 0, 0, 0, 0]
      try ThreadSystem.start(name: "slow reader", stackSize: 1 << 18) {
        var connections: [pollfd] = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        while true {
          // Waits a second between two bytes. A new connection gets its greeting at once.
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

    // Wakes the thread, which then ends. The listener closes the descriptor after that.
    deinit { shutdown(listener.descriptor, Int32(SHUT_RDWR)) }
  }

  /// A server with a full SYN queue: the system drops further connection attempts, as a firewall does.
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
