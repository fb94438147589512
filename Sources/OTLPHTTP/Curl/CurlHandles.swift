#if HTTP
  internal import COTLPCURL
  internal import HTTP2Transport
  internal import TelemetryCore

  /// libcurl's objects of one client.
  // SAFETY: used on the loop's thread only, but for the initialization.
  @safe
  final class CurlHandles: @unchecked Sendable {
    /// The longest use of TLS sessions without a full verification of the server's certificate.
    private static let maxSessionAge = Duration.seconds(3600)
    private static let maxIdleHandles = 16

    private let plan: HTTPRequestPlan
    // SAFETY: owned by this object, freed by `close`.
    private let multi: UnsafeMutableRawPointer
    private let storage: UnsafeMutablePointer<CurlStorage>
    private var idle: [CurlEasy] = []
    /// The transfers by number.
    private var active: [Int: CurlEasy] = [:]
    private var lastNumber = 0
    private var isClosed = false
    /// The caches of TLS sessions: the last is in use, those before may still be a handle's.
    private var sessions: [UnsafeMutableRawPointer] = unsafe []
    private var sessionsSince: MonotonicInstant?
    private var resolved = CurlEasy.Resolved()
    private var resolvedGeneration = 0

    /// nil if there is no memory or no descriptor.
    init?(
      _ plan: HTTPRequestPlan, loop: TelemetryLoop, _ verification: TLSForeignVerification?,
      onReady: @escaping @Sendable (Int32, Readiness) -> Void
    ) {
      guard CurlLibrary.isReady, let multi = unsafe curl_multi_init() else { return nil }
      self.plan = plan
      unsafe self.multi = multi
      unsafe storage = .allocate(capacity: 1)
      unsafe storage.initialize(to: CurlStorage(loop: loop, verification: verification, onReady: onReady))
      unsafe COTLPCURL_multi_set_socket(multi, CurlStorage.socketChanged)
      unsafe COTLPCURL_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, storage)
      unsafe COTLPCURL_multi_set_timer(multi, CurlStorage.timerChanged)
      unsafe COTLPCURL_multi_set_pointer(multi, CURLMOPT_TIMERDATA, storage)
      unsafe COTLPCURL_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, plan.maxConnections)
      unsafe COTLPCURL_multi_set_long(multi, CURLMOPT_MAXCONNECTS, plan.maxConnections)
    }

    /// Ends all transfers, and closes the connections.
    func close() {
      guard !isClosed else { return }
      isClosed = true
      for easy in active.values { unsafe curl_multi_remove_handle(multi, easy.handle) }
      for easy in idle + active.values { easy.close() }
      (idle, active) = ([], [:])
      unsafe curl_multi_cleanup(multi)
      unsafe sessions.removeAll { unsafe curl_share_cleanup($0) == CURLSHE_OK }
      unsafe storage.deinitialize(count: 1)
      unsafe storage.deallocate()
    }

    // MARK: Connections

    var activeCount: Int { active.count }
    var openSockets: Int { isClosed ? 0 : unsafe storage.pointee.sockets.count }

    /// The time at which libcurl wants to be called.
    var timer: MonotonicInstant? { isClosed ? nil : unsafe storage.pointee.timer }

    /// Uses these addresses for the host's name.
    func use(_ addresses: CurlEasy.Resolved) {
      guard addresses != resolved else { return }
      resolved = addresses
      resolvedGeneration += 1
    }

    /// Forgets TLS sessions that are old, or all of them.
    func renewSessions(at now: MonotonicInstant, always: Bool) {
      guard plan.tls != nil, !isClosed else { return }
      if !always, let since = sessionsSince, now - since < CurlHandles.maxSessionAge { return }
      sessionsSince = now
      // A cache can be freed once no handle uses it.
      unsafe sessions.removeAll { unsafe curl_share_cleanup($0) == CURLSHE_OK }
      guard let cache = unsafe curl_share_init() else { return }
      unsafe COTLPCURL_share(cache, CURL_LOCK_DATA_SSL_SESSION)
      unsafe sessions.append(cache)
    }

    // MARK: Transfers

    /// Begins a transfer. nil if there is no memory.
    func begin(_ request: CurlEasy.Request) -> Int? {
      guard !isClosed, let easy = unsafe idle.popLast() ?? CurlEasy(plan, storage) else { return nil }
      lastNumber += 1
      unsafe easy.prepare(lastNumber, request, plan, resolved: (resolved, resolvedGeneration), sessions: sessions.last)
      guard unsafe curl_multi_add_handle(multi, easy.handle) == CURLM_OK else {
        easy.close()
        return nil
      }
      active[lastNumber] = easy
      return lastNumber
    }

    /// Ends a transfer, and takes what it brought. nil if there is no such transfer.
    func end(_ number: Int, _ code: CURLcode) -> CurlResult? {
      guard let easy = active.removeValue(forKey: number) else { return nil }
      unsafe curl_multi_remove_handle(multi, easy.handle)
      let result = easy.takeResult(code)
      if idle.count < CurlHandles.maxIdleHandles { idle.append(easy) } else { easy.close() }
      return result
    }

    /// Lets libcurl work on a socket.
    func act(on descriptor: Int32, _ readiness: Readiness) {
      guard !isClosed else { return }
      var bits: Int32 = 0
      if readiness.contains(.readable) { bits |= CURL_CSELECT_IN }
      if readiness.contains(.writable) { bits |= CURL_CSELECT_OUT }
      if readiness.contains(.hangUp) { bits |= CURL_CSELECT_ERR }
      var running: Int32 = 0
      unsafe curl_multi_socket_action(multi, descriptor, bits, &running)
    }

    /// Lets libcurl work because its time has come, or because a transfer was added.
    func actOnTime() {
      guard !isClosed else { return }
      var running: Int32 = 0
      // -1 stands for the timer (CURL_SOCKET_TIMEOUT, a macro).
      unsafe curl_multi_socket_action(multi, -1, 0, &running)
      // The timer has fired. libcurl reports a change of it only, so it is asked for the next one.
      var milliseconds = 0
      unsafe curl_multi_timeout(multi, &milliseconds)
      unsafe storage.pointee.timer =
        milliseconds < 0 ? nil : storage.pointee.loop.now + .milliseconds(milliseconds)
    }

    /// The number and the code of the next transfer that has ended.
    func nextEnded() -> (number: Int, code: CURLcode)? {
      guard !isClosed else { return nil }
      var rest: Int32 = 0
      while let message = unsafe curl_multi_info_read(multi, &rest) {
        guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
        var raw: UnsafeMutableRawPointer?
        unsafe COTLPCURL_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &raw)
        guard let transfer = unsafe raw?.assumingMemoryBound(to: CurlTransferStorage.self) else { continue }
        return unsafe (transfer.pointee.number, COTLPCURL_result(message))
      }
      return nil
    }
  }
#endif
