#if PostgreSQL
  import Glibc
  import Synchronization
  import TelemetryCore
  import TestSupport

  /// Relays TCP connections to a Unix socket, and ends each connection after a number of bytes in a direction.
  final class CuttingRelay: Sendable {
    /// The bytes that pass from the client and from the server before a connection is cut; a cut connection is reset.
    struct Allowance {
      var fromClient = Int.max
      var fromServer = Int.max
    }

    private final class Storage: Sendable {
      let next = Mutex<[Allowance]>([])
      let cuts = Atomic(0)
    }

    let port: UInt16
    private let descriptor: Int32
    private let storage = Storage()

    init(to path: String) throws {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      port = Loopback.bindAnywhere(descriptor)
      listen(descriptor, 16)
      try ThreadSystem.start(name: "relay", stackSize: 1 << 18) { [descriptor, storage] in
        while true {
          let client = accept(descriptor, nil, nil)
          if client < 0, errno == EINTR || errno == ECONNABORTED { continue }
          guard client >= 0 else { return }
          _ = fcntl(client, F_SETFD, FD_CLOEXEC)
          let allowance = storage.next.withLock { $0.isEmpty ? Allowance() : $0.removeFirst() }
          try? ThreadSystem.start(name: "relayed", stackSize: 1 << 18) {
            if Self.relay(client, path, allowance) { storage.cuts.add(1, ordering: .relaxed) }
          }
        }
      }
    }

    // Wakes the thread, which then ends.
    deinit {
      shutdown(descriptor, Int32(SHUT_RDWR))
      close(descriptor)
    }

    /// The connections that were cut.
    var cuts: Int { storage.cuts.load(ordering: .relaxed) }

    /// Cuts the next connections.
    func cut(_ allowances: [Allowance]) { storage.next.withLock { $0 = allowances } }

    /// - Returns: True if the connection was cut.
    private static func relay(_ client: Int32, _ path: String, _ allowance: Allowance) -> Bool {
      let server = connect(to: path)
      defer {
        close(client)
        if server >= 0 { close(server) }
      }
      guard server >= 0 else { return false }
      var left = [allowance.fromClient, allowance.fromServer]
      var sockets = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      var bytes = [UInt8](repeating: 0, count: 16 << 10)
      while poll(&sockets, 2, -1) > 0 || errno == EINTR {
        for side in 0..<2 where sockets[side].revents != 0 {
          let count = read(sockets[side].fd, &bytes, min(bytes.count, left[side]))
          guard count > 0 else { return false }
          left[side] -= count
          if left[side] == 0 { return reset(client) }
          guard sendAll(bytes, count, sockets[1 - side].fd) else { return false }
        }
      }
      return false
    }

    /// Closing will reset the connection.
    private static func reset(_ client: Int32) -> Bool {
      var now = linger(l_onoff: 1, l_linger: 0)
      setsockopt(client, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
      return true
    }

    private static func sendAll(_ bytes: [UInt8], _ count: Int, _ socket: Int32) -> Bool {
      bytes.withUnsafeBytes { bytes in
        var sent = 0
        while sent < count {
          let result = send(socket, bytes.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
          guard result > 0 else { return false }
          sent += result
        }
        return true
      }
    }

    private static func connect(to path: String) -> Int32 {
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let result = withUnsafeBytes(of: &address) {
        Glibc.connect(
          descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_un>.size))
      }
      if result == 0 { return descriptor }
      close(descriptor)
      return -1
    }
  }
#endif
