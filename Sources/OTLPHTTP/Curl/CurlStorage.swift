#if HTTP
  internal import COTLPCURL
  internal import HTTP2Transport
  internal import TelemetryCore
  internal import OTLPSystem

  /// The state of a client for libcurl's callbacks, which run on the loop's thread.
  @unsafe
  struct CurlStorage {
    let loop: TelemetryLoop
    let verification: TLSForeignVerification?
    let onReady: @Sendable (Int32, Readiness) -> Void
    /// The open sockets by descriptor.
    var sockets: [Int32: CurlSocket] = [:]
    /// The time at which libcurl wants to be called; nil for never.
    var timer: MonotonicInstant?

    /// Called when libcurl waits for something else on a socket.
    static let socketChanged:
      @convention(c) (
        UnsafeMutableRawPointer?, curl_socket_t, Int32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
      ) -> Int32 = { _, descriptor, what, raw, _ in
        guard let storage = unsafe raw?.assumingMemoryBound(to: CurlStorage.self),
          let socket = unsafe storage.pointee.sockets[descriptor]
        else { return 0 }
        var wanted: Readiness = []
        if what == CURL_POLL_IN || what == CURL_POLL_INOUT { wanted.insert(.readable) }
        if what == CURL_POLL_OUT || what == CURL_POLL_INOUT { wanted.insert(.writable) }
        unsafe socket.want(wanted, on: storage.pointee.loop)
        return 0
      }

    /// Called when libcurl's timer changes.
    static let timerChanged: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Int32 =
      { _, milliseconds, raw in
        guard let storage = unsafe raw?.assumingMemoryBound(to: CurlStorage.self) else { return 0 }
        unsafe storage.pointee.timer =
          milliseconds < 0 ? nil : storage.pointee.loop.now + .milliseconds(milliseconds)
        return 0
      }

    /// Opens a socket, which a forked child closes and a new program doesn't inherit.
    static let openSocket:
      @convention(c) (
        UnsafeMutableRawPointer?, curlsocktype, UnsafeMutablePointer<curl_sockaddr>?
      ) -> curl_socket_t = { raw, _, address in
        guard let storage = unsafe raw?.assumingMemoryBound(to: CurlStorage.self), let address = unsafe address else {
          return -1
        }
        let (family, type) = unsafe (address.pointee.family, address.pointee.socktype)
        let proto = unsafe address.pointee.protocol
        let descriptor = ForkedDescriptors.open {
          let made = unsafe socket(family, CurlStorage.withFlags(type), proto)
          return made >= 0 ? made : -errno
        }
        guard descriptor >= 0 else { return -1 }
        unsafe storage.pointee.sockets[descriptor] = CurlSocket(descriptor, onReady: storage.pointee.onReady)
        return descriptor
      }

    private static func withFlags(_ type: Int32) -> Int32 {
      #if os(Linux)
        type | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
      #else
        type
      #endif
    }

    static let closeSocket: @convention(c) (UnsafeMutableRawPointer?, curl_socket_t) -> Int32 = { raw, descriptor in
      guard let storage = unsafe raw?.assumingMemoryBound(to: CurlStorage.self) else { return 0 }
      if let socket = unsafe storage.pointee.sockets.removeValue(forKey: descriptor) {
        unsafe socket.unwatch(on: storage.pointee.loop)
      }
      ForkedDescriptors.close(descriptor)
      return 0
    }

    /// Sets up OpenSSL's context of a new connection.
    static let setUpTLS:
      @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> CURLcode =
        { _, context, raw in
          guard let storage = unsafe raw?.assumingMemoryBound(to: CurlStorage.self), let context = unsafe context,
            let verification = unsafe storage.pointee.verification, unsafe verification.setUp(unsafe context)
          else { return CURLE_SSL_CONNECT_ERROR }
          return CURLE_OK
        }
  }
#endif
