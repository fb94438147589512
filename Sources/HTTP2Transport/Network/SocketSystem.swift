package import OTLPSystem
package import TelemetryCore

/// The system calls on sockets, and the translation of addresses.
package enum SocketSystem {
  /// Makes a non-blocking socket that child processes don't inherit. `ForkedDescriptors` closes it.
  package static func open(for address: SocketAddress) throws(SystemError) -> Int32 {
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
  package static func prepare(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    #if canImport(Darwin)
      set(descriptor, SOL_SOCKET, SO_NOSIGPIPE)
    #endif
  }

  /// Sends small segments at once. Has no effect on a Unix socket.
  package static func setNoDelay(_ descriptor: Int32) { set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY) }

  /// Sets how long Linux waits for the acknowledgement of sent bytes before the connection fails. Has no effect on a
  /// Unix socket.
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

  /// Starts a connection.
  /// - Returns: True if the socket is connected, false if the connection is in progress.
  static func connect(_ descriptor: Int32, to address: SocketAddress) throws(SystemError) -> Bool {
    let code = unsafe with(address) { unsafe OTLPSystem.connect(descriptor, $0, $1) == 0 ? 0 : errno } ?? ENAMETOOLONG
    if code != 0, code != EINPROGRESS, code != EINTR { throw SystemError(call: "connect", code: code) }
    return code == 0
  }

  /// Throws the error of a connection that was in progress.
  static func finishConnect(_ descriptor: Int32) throws(SystemError) {
    var code: Int32 = 0
    var size = socklen_t(4)
    if unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) != 0 { code = errno }
    if code != 0 { throw SystemError(call: "connect", code: code) }
  }

  /// Calls `body` with the system's form of an address.
  /// - Returns: The result of `body`, or nil if a path is too long.
  package static func with<Result>(
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

  /// Reads an IPv4 or IPv6 address.
  /// - Returns: The address, or nil for another family.
  package static func address(_ system: UnsafePointer<sockaddr>) -> SocketAddress? {
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

  /// Bounds the addresses of a name that are tried. Real names have fewer.
  private static let maxAddresses = 256

  /// Looks a name up with `getaddrinfo`. Blocks.
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
    while let entry = unsafe next, result.count < maxAddresses {
      if let system = unsafe entry.pointee.ai_addr, let address = unsafe address(system), !result.contains(address) {
        result.append(address)
      }
      unsafe next = entry.pointee.ai_next
    }
    return result.isEmpty ? .failure(.unresolved(host: host, reason: "no address")) : .success(result)
  }
}
