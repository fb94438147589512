/// Puts a response together from what nghttp2 hands over, within bounds. nghttp2 has checked the order of the frames
/// and the fields' syntax before.
struct ResponseAssembler {
  private enum Section {
    /// No final status has come; interim responses (1xx) are skipped, 5.2.3.
    case interim
    case headers
    case trailers
  }

  /// A section larger than this is no response: the stream is given up. Below, what is beyond the bound is cut.
  static let mostSectionBytes = 1 << 20
  /// Fields that decide what a response means are kept beyond the bound, up to so many bytes of a value.
  private static let essential: [(name: StaticString, most: Int)] = [
    ("grpc-status", 16), ("grpc-retry-pushback-ms", 32), ("content-type", 256), ("grpc-encoding", 64),
    ("retry-after", 64), ("date", 64), ("grpc-status-details-bin", 32 << 10),
  ]
  /// Fields of which the beginning is of use: the text of a status.
  private static let cuttable: StaticString = "grpc-message"
  private static let mostText = 1_024

  private var section = Section.interim
  private(set) var status = 0
  private var storage: [UInt8] = []
  private var headersEnd = 0
  private var sectionSize = 0
  /// Which of the essential fields were kept beyond the bound, by bits: each once.
  private var keptBeyond: UInt8 = 0
  private var body: [UInt8] = []
  /// END_STREAM has come.
  private(set) var isComplete = false

  /// Whether the final status has come.
  var isAnswered: Bool { section != .interim }

  /// A header block begins.
  mutating func beginSection() {
    sectionSize = 0
    keptBeyond = 0
    if section == .headers {
      section = .trailers
      headersEnd = storage.count
    }
  }

  /// A field arrived; the failure, if the section is beyond all reason.
  /// - Parameter limit: Fields beyond so many bytes of a section are cut or left out, unless they are essential.
  mutating func append(
    name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>, limit: Int
  ) -> HTTP2Failure? {
    // A field counts 32 more than its bytes, as in SETTINGS.
    sectionSize += name.count + value.count + 32
    guard sectionSize <= ResponseAssembler.mostSectionBytes else { return .headersTooLarge }
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
    let value = unsafe ResponseAssembler.trimmed(value)
    if sectionSize > limit || name.count > 0xFFFF || value.count > 0xFFFF {
      unsafe appendBeyond(name, value)
    } else {
      unsafe ReceivedHeaders.append(name, value, to: &storage)
    }
    return nil
  }

  /// Without blanks at the ends (RFC 9110, 5.5).
  @inline(__always)
  private static func trimmed(_ value: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    guard let first = unsafe value.first, let last = unsafe value.last, isBlank(first) || isBlank(last) else {
      return unsafe value
    }
    var (start, end) = (0, value.count)
    while start < end, unsafe isBlank(value[start]) { start += 1 }
    while end > start, unsafe isBlank(value[end - 1]) { end -= 1 }
    return unsafe UnsafeBufferPointer(rebasing: value[start..<end])
  }

  @inline(__always)
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// A field past the bound: what the status is must be known all the same.
  @inline(never)
  private mutating func appendBeyond(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
    let bit = UInt8(1) << UInt8(ResponseAssembler.essential.count)
    if unsafe ResponseAssembler.isEqual(name, ResponseAssembler.cuttable), keptBeyond & bit == 0 {
      keptBeyond |= bit
      let text = unsafe UnsafeBufferPointer(rebasing: value[..<min(value.count, ResponseAssembler.mostText)])
      return unsafe ReceivedHeaders.append(name, text, to: &storage)
    }
    for (index, field) in ResponseAssembler.essential.enumerated()
    where unsafe value.count <= field.most && ResponseAssembler.isEqual(name, field.name) {
      guard keptBeyond & UInt8(1) << UInt8(index) == 0 else { return }
      keptBeyond |= UInt8(1) << UInt8(index)
      unsafe ReceivedHeaders.append(name, value, to: &storage)
    }
  }

  private static func isEqual(_ name: UnsafeBufferPointer<UInt8>, _ other: StaticString) -> Bool {
    let other = unsafe UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount)
    return unsafe name.elementsEqual(other)
  }

  /// Body bytes arrived; the failure, if they are too many.
  mutating func append(body bytes: UnsafeBufferPointer<UInt8>, limit: Int) -> HTTP2Failure? {
    guard bytes.count <= limit - body.count else { return .responseTooLarge }
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
