internal import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The system calls on sockets, and how they see addresses.
enum SocketSystem {
  /// Makes a non-blocking socket that no child process keeps; it is closed by `ForkedDescriptors`.
  static func open(for address: SocketAddress) throws(SystemError) -> Int32 {
    let family: Int32
    switch address {
    case .ipv4: family = AF_INET
    case .ipv6: family = AF_INET6
    case .unix, .unixAbstract: family = AF_UNIX
    }
    let descriptor = ForkedDescriptors.open {
      #if canImport(Darwin)
        let descriptor = socket(family, SOCK_STREAM, 0)
      #else
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(family, Int32(kind), 0)
      #endif
      return descriptor >= 0 ? descriptor : -errno
    }
    guard descriptor >= 0 else { throw SystemError(call: "socket", code: -descriptor) }
    #if canImport(Darwin)
      prepare(descriptor)
    #endif
    return descriptor
  }

  /// Makes an accepted socket non-blocking and keeps child processes from inheriting it.
  static func prepare(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    #if canImport(Darwin)
      set(descriptor, SOL_SOCKET, SO_NOSIGPIPE)
    #endif
  }

  /// Sends small segments at once; fails, without harm, for a Unix socket.
  static func setNoDelay(_ descriptor: Int32) { set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY) }

  static func setReuseAddress(_ descriptor: Int32) { set(descriptor, SOL_SOCKET, SO_REUSEADDR) }

  /// Linux gives a connection up when what was sent isn't acknowledged for so long; fails, without harm, for a Unix
  /// socket.
  static func setUserTimeout(_ descriptor: Int32, _ timeout: Duration) {
    #if !canImport(Darwin)
      let milliseconds = timeout.clampedNanoseconds / 1_000_000
      set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: max(1, milliseconds)))
    #endif
  }

  private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32 = 1) {
    var value = value
    _ = unsafe setsockopt(descriptor, level, option, &value, 4)
  }

  /// The error that a socket has had in the background; 0 for none.
  static func pendingError(_ descriptor: Int32) -> Int32 {
    var code: Int32 = 0
    var size = socklen_t(4)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { return errno }
    return code
  }

  /// Calls `body` with an address as the system sees it; nil if a path is too long.
  static func with<Result>(
    _ address: SocketAddress, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result? {
    switch address {
    case .ipv4(let number, let port):
      var system = sockaddr_in()
      system.sin_family = sa_family_t(AF_INET)
      system.sin_port = port.bigEndian
      system.sin_addr.s_addr = number.bigEndian
      return unsafe withBytes(&system, MemoryLayout<sockaddr_in>.size, body)
    case .ipv6(let high, let low, let port, let scope):
      var system = sockaddr_in6()
      system.sin6_family = sa_family_t(AF_INET6)
      system.sin6_port = port.bigEndian
      system.sin6_scope_id = scope
      unsafe withUnsafeMutableBytes(of: &system.sin6_addr) { bytes in
        unsafe bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
        unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      return unsafe withBytes(&system, MemoryLayout<sockaddr_in6>.size, body)
    case .unix(let path): return unsafe withUnix(Array(path.utf8), terminated: true, body)
    case .unixAbstract(let name): return unsafe withUnix([0] + Array(name.utf8), terminated: false, body)
    }
  }

  private static func withUnix<Result>(
    _ path: [UInt8], terminated: Bool, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result? {
    var system = sockaddr_un()
    system.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: system.sun_path)
    guard path.count + (terminated ? 1 : 0) <= room else { return nil }
    unsafe withUnsafeMutableBytes(of: &system.sun_path) { unsafe $0.copyBytes(from: path) }
    let offset = MemoryLayout<sockaddr_un>.size - room
    return unsafe withBytes(&system, offset + path.count + (terminated ? 1 : 0), body)
  }

  private static func withBytes<Address, Result>(
    _ address: inout Address, _ size: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    unsafe withUnsafeBytes(of: &address) { bytes in
      unsafe body(bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self), socklen_t(size))
    }
  }

  /// Reads an IPv4 or IPv6 address; nil for other families.
  static func address(_ system: UnsafePointer<sockaddr>) -> SocketAddress? {
    let raw = unsafe UnsafeRawPointer(system)
    switch unsafe Int32(system.pointee.sa_family) {
    case AF_INET:
      let inet = unsafe raw.loadUnaligned(as: sockaddr_in.self)
      return .ipv4(UInt32(bigEndian: inet.sin_addr.s_addr), port: UInt16(bigEndian: inet.sin_port))
    case AF_INET6:
      var inet = unsafe raw.loadUnaligned(as: sockaddr_in6.self)
      let (high, low) = unsafe withUnsafeBytes(of: &inet.sin6_addr) { bytes in
        unsafe (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      }
      return .ipv6(
        high: UInt64(bigEndian: high), low: UInt64(bigEndian: low), port: UInt16(bigEndian: inet.sin6_port),
        scope: inet.sin6_scope_id)
    default: return nil
    }
  }

  /// The address that a socket is bound to, with its port; nil if it has no IP address.
  static func localAddress(_ descriptor: Int32) -> SocketAddress? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutableBytes(of: &storage) { bytes in
      let system = unsafe bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self)
      guard unsafe getsockname(descriptor, system, &size) == 0 else { return nil }
      return unsafe address(system)
    }
  }

  // A name that has more addresses has them by mistake, or by malice.
  private static let mostAddresses = 256

  /// Asks the system's resolver; blocks.
  static func lookUp(_ host: String) -> Result<[SocketAddress], NetworkError> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_UNSPEC
    #if canImport(Darwin)
      unsafe hints.ai_socktype = SOCK_STREAM
    #else
      unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #endif
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else {
      let reason = code == EAI_SYSTEM ? SystemError.text(of: errno) : unsafe String(cString: gai_strerror(code))
      return .failure(.unresolved(host: host, reason: reason))
    }
    defer { unsafe freeaddrinfo(list) }
    var result: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next, result.count < mostAddresses {
      if let system = unsafe entry.pointee.ai_addr, let address = unsafe address(system), !result.contains(address) {
        result.append(address)
      }
      unsafe next = entry.pointee.ai_next
    }
    return result.isEmpty ? .failure(.unresolved(host: host, reason: "no address")) : .success(result)
  }
}
