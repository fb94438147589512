/// Puts a response together from what nghttp2 hands over, within bounds. nghttp2 has checked the order of the frames
/// and the fields' syntax before.
struct ResponseAssembler {
  private enum Section {
    /// No final status has come; interim responses (1xx) are skipped, 5.2.3.
    case interim
    case headers
    case trailers
  }

  private var section = Section.interim
  private(set) var status = 0
  private var storage: [UInt8] = []
  private var headersEnd = 0
  private var sectionSize = 0
  private var body: [UInt8] = []
  /// END_STREAM has come.
  private(set) var isComplete = false

  /// Whether the final status has come.
  var isAnswered: Bool { section != .interim }

  /// A header block begins.
  mutating func beginSection() {
    sectionSize = 0
    if section == .headers {
      section = .trailers
      headersEnd = storage.count
    }
  }

  /// A field arrived; the failure, if it is one too many.
  mutating func append(
    name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>, limit: Int
  ) -> HTTP2Failure? {
    // Both are counted before either is kept: a field counts 32 more than its bytes, as in SETTINGS.
    sectionSize += name.count + value.count + 32
    guard sectionSize <= limit, name.count <= 0xFFFF, value.count <= 0xFFFF else { return .headersTooLarge }
    if section == .interim {
      // `:status` is the first field of a section, and nghttp2 takes no other pseudo-header field.
      guard unsafe name.first == UInt8(ascii: ":") else { return nil }
      let code = unsafe value.reduce(0) { $0 &* 10 &+ Int($1 &- UInt8(ascii: "0")) }
      guard code >= 200 else { return nil }
      status = code
      section = .headers
      return nil
    }
    if storage.isEmpty { storage.reserveCapacity(256) }
    unsafe ReceivedHeaders.append(name, value, to: &storage)
    return nil
  }

  /// Body bytes arrived; the failure, if they are too many.
  mutating func append(body bytes: UnsafeBufferPointer<UInt8>, limit: Int) -> HTTP2Failure? {
    guard body.count + bytes.count <= limit else { return .responseTooLarge }
    unsafe body.append(contentsOf: bytes)
    return nil
  }

  /// END_STREAM arrived.
  mutating func finish() { isComplete = true }

  /// The response as far as it came; the parts move out.
  mutating func take(failure: HTTP2Failure?, fate: StreamFate) -> HTTP2Response {
    let end = section == .trailers ? headersEnd : storage.count
    let response = HTTP2Response(
      status: status, headers: ReceivedHeaders(storage: storage, range: 0..<end),
      trailers: ReceivedHeaders(storage: storage, range: end..<storage.count), body: body, failure: failure, fate: fate)
    storage = []
    body = []
    return response
  }
}
