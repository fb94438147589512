#if HTTP
  internal import COTLPCURL
  internal import HTTP2Transport
  internal import OTLPExport
  internal import TelemetryCore
  internal import TelemetrySDK

  /// A handle of libcurl's for one request at a time, which is used again. On the loop's thread only.
  @safe
  final class CurlEasy {
    /// The headers of a request.
    struct Headers: Equatable {
      var isCompressed: Bool
      var added: OTLPHeaders
    }

    struct Request: Sendable {
      let signal: OTLPSignal
      let body: BufferSlice
      let headers: Headers
    }

    /// The addresses of the host's name.
    struct Resolved: Equatable {
      /// The entries for libcurl's cache of names.
      var entries: [String] = []
      /// The interface of the link-local addresses; 0 for none.
      var scope: UInt32 = 0
    }

    // SAFETY: owned by this object, freed by `close`.
    private(set) var handle: UnsafeMutableRawPointer
    let storage: UnsafeMutablePointer<CurlTransferStorage>
    private let error: UnsafeMutablePointer<CChar>
    private var signal: OTLPSignal?
    private var headers: Headers?
    private var headerList = CurlList([])
    private var resolvedList = CurlList([])
    private let connectToList: CurlList
    private let proxyList: CurlList
    private var resolvedGeneration = 0
    /// The body, which libcurl reads until the transfer ends.
    private var body: BufferSlice?

    /// nil if there is no memory.
    init?(_ plan: HTTPRequestPlan, _ client: UnsafeMutablePointer<CurlStorage>) {
      guard let handle = unsafe curl_easy_init() else { return nil }
      unsafe self.handle = handle
      unsafe storage = .allocate(capacity: 1)
      unsafe storage.initialize(to: CurlTransferStorage(maxBodyBytes: plan.values.maxResponseSize))
      unsafe error = .allocate(capacity: Int(CURL_ERROR_SIZE))
      unsafe error.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
      connectToList = CurlList(plan.connectTo.map { [$0] } ?? [])
      proxyList = CurlList(plan.proxy?.authorization.map { ["Proxy-Authorization: \($0)"] } ?? [])
      unsafe setUpCallbacks(client)
      setUp(plan)
      setUpPlace(plan)
      if plan.tls != nil { unsafe setUpTLS(plan, client) }
    }

    func close() {
      unsafe curl_easy_cleanup(handle)
      unsafe error.deallocate()
      unsafe storage.deinitialize(count: 1)
      unsafe storage.deallocate()
    }

    // MARK: Setting up

    private func setUpCallbacks(_ client: UnsafeMutablePointer<CurlStorage>) {
      unsafe COTLPCURL_set_write(handle, CURLOPT_HEADERFUNCTION, CurlTransferStorage.head)
      unsafe COTLPCURL_set_pointer(handle, CURLOPT_HEADERDATA, storage)
      unsafe COTLPCURL_set_write(handle, CURLOPT_WRITEFUNCTION, CurlTransferStorage.body)
      unsafe COTLPCURL_set_pointer(handle, CURLOPT_WRITEDATA, storage)
      unsafe COTLPCURL_set_prereq(handle, CurlTransferStorage.beginRequest)
      unsafe COTLPCURL_set_pointer(handle, CURLOPT_PREREQDATA, storage)
      unsafe COTLPCURL_set_pointer(handle, CURLOPT_PRIVATE, storage)
      unsafe COTLPCURL_set_open(handle, CurlStorage.openSocket)
      unsafe COTLPCURL_set_pointer(handle, CURLOPT_OPENSOCKETDATA, client)
      unsafe COTLPCURL_set_close(handle, CurlStorage.closeSocket)
      unsafe COTLPCURL_set_pointer(handle, CURLOPT_CLOSESOCKETDATA, client)
      unsafe COTLPCURL_set_pointer(handle, CURLOPT_ERRORBUFFER, error)
    }

    private func set(_ option: CURLoption, _ value: Int) { unsafe COTLPCURL_set_long(handle, option, value) }
    private func set(_ option: CURLoption, _ text: String) { unsafe COTLPCURL_set_text(handle, option, text) }

    private func setUp(_ plan: HTTPRequestPlan) {
      set(CURLOPT_NOSIGNAL, 1)
      set(CURLOPT_POST, 1)
      unsafe COTLPCURL_set_long(handle, CURLOPT_FOLLOWLOCATION, 0)
      unsafe COTLPCURL_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
      set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
      set(CURLOPT_USERAGENT, plan.values.userAgent)
      set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: plan.values.connectTimeout.clampedNanoseconds / 1_000_000))
      // A part of a body is copied and sent at once: few parts are few system calls.
      set(CURLOPT_UPLOAD_BUFFERSIZE, 512 << 10)
      set(CURLOPT_TCP_NODELAY, 1)
    }

    private func setUpPlace(_ plan: HTTPRequestPlan) {
      // An empty proxy is none, whatever the environment has.
      set(CURLOPT_PROXY, plan.proxy.map { "http://\(HostAndPort(host: $0.host, port: $0.port))" } ?? "")
      set(CURLOPT_NOPROXY, "")
      if plan.proxy != nil {
        unsafe COTLPCURL_set_list(handle, CURLOPT_PROXYHEADER, proxyList.pointer)
      }
      if plan.connectTo != nil { unsafe COTLPCURL_set_list(handle, CURLOPT_CONNECT_TO, connectToList.pointer) }
      switch plan.server.target {
      case .hosts: break
      case .unix(let path): set(CURLOPT_UNIX_SOCKET_PATH, path)
      case .unixAbstract(let name): set(CURLOPT_ABSTRACT_UNIX_SOCKET, name)
      }
    }

    private func setUpTLS(_ plan: HTTPRequestPlan, _ client: UnsafeMutablePointer<CurlStorage>) {
      set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
      // A request waits for a connection that is being made, which may carry several.
      set(CURLOPT_PIPEWAIT, 1)
      set(CURLOPT_SSL_VERIFYPEER, 1)
      // The name is verified with the chain; libcurl verifies it again, which for a SPIFFE ID it can't.
      set(CURLOPT_SSL_VERIFYHOST, plan.certificateName.hasPrefix("spiffe://") ? 0 : 2)
      // The authorities are given to each connection. libcurl would read the system's for each.
      unsafe COTLPCURL_set_pointer(handle, CURLOPT_CAINFO, nil)
      unsafe COTLPCURL_set_pointer(handle, CURLOPT_CAPATH, nil)
      unsafe COTLPCURL_set_context(handle, CurlStorage.setUpTLS)
      unsafe COTLPCURL_set_pointer(handle, CURLOPT_SSL_CTX_DATA, client)
    }

    // MARK: Requests

    /// Prepares the next request.
    /// - Parameters:
    ///   - resolved: The host's addresses, and their generation.
    func prepare(
      _ number: Int, _ request: Request, _ plan: HTTPRequestPlan,
      resolved: (addresses: Resolved, generation: Int), sessions: UnsafeMutableRawPointer?
    ) {
      unsafe storage.pointee.number = number
      unsafe storage.pointee.response = HTTPResponse(status: 0)
      unsafe storage.pointee.isTooLarge = false
      unsafe storage.pointee.requests = 0
      unsafe error.pointee = 0
      let body = request.body
      self.body = body
      if request.signal != signal {
        signal = request.signal
        set(CURLOPT_URL, plan.url(of: request.signal))
      }
      // The pointer is valid as long as the body is referenced.
      unsafe COTLPCURL_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
      unsafe COTLPCURL_set_pointer(handle, CURLOPT_POSTFIELDS, body.buffer.bytes(body.range).baseAddress)
      if request.headers != headers {
        headers = request.headers
        headerList = CurlList(Self.lines(request.headers, plan))
        unsafe COTLPCURL_set_list(handle, CURLOPT_HTTPHEADER, headerList.pointer)
      }
      if resolved.generation != resolvedGeneration {
        resolvedGeneration = resolved.generation
        resolvedList = CurlList(resolved.addresses.entries)
        set(CURLOPT_ADDRESS_SCOPE, Int(resolved.addresses.scope))
        unsafe COTLPCURL_set_list(handle, CURLOPT_RESOLVE, resolvedList.pointer)
      }
      if let sessions = unsafe sessions { unsafe COTLPCURL_set_pointer(handle, CURLOPT_SHARE, sessions) }
    }

    private static func lines(_ headers: Headers, _ plan: HTTPRequestPlan) -> [String] {
      var lines = ["Content-Type: \(plan.contentType)", "Accept-Encoding: gzip"]
      if headers.isCompressed { lines.append("Content-Encoding: gzip") }
      // These libcurl would add: the first waits a second for an interim response, the other says nothing.
      lines += ["Expect:", "Accept:"]
      if let host = plan.hostField { lines.append("Host: \(host)") }
      for header in headers.added.elements where !HTTPRequestPlan.ownHeaders.contains(header.name) {
        lines.append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
      }
      return lines
    }

    // MARK: Results

    /// Takes what the transfer brought.
    func takeResult(_ code: CURLcode) -> CurlResult {
      body = nil
      var response = unsafe storage.pointee.response
      unsafe storage.pointee.response = HTTPResponse(status: 0)
      response.status = number(CURLINFO_RESPONSE_CODE)
      let text =
        unsafe error.pointee == 0 ? curl_easy_strerror(code).map { unsafe String(cString: $0) } : String(cString: error)
      return unsafe CurlResult(
        code: code, response: response, message: text ?? "", isTooLarge: storage.pointee.isTooLarge,
        wasSent: number(CURLINFO_REQUEST_SIZE) > 0 && storage.pointee.requests > 0,
        connections: number(CURLINFO_NUM_CONNECTS), proxyStatus: number(CURLINFO_HTTP_CONNECTCODE),
        isHTTP2: number(CURLINFO_HTTP_VERSION) == CURL_HTTP_VERSION_2_0,
        systemError: Int32(truncatingIfNeeded: number(CURLINFO_OS_ERRNO)))
    }

    private func number(_ info: CURLINFO) -> Int {
      var value = 0
      unsafe COTLPCURL_get_long(handle, info, &value)
      return value
    }
  }
#endif
