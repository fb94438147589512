internal import TelemetryCore

/// Assembles a response from nghttp2's events, within bounds. nghttp2 has checked the order of the frames and the syntax
/// of the fields.
struct ResponseAssembler {
  private enum Section {
    /// Before the final status. Interim responses (1xx) are skipped (RULES 5.2.3).
    case interim
    case headers
    case trailers
  }

  /// The size of a section at which the stream is given up. Smaller sections are cut at the configured bound.
  static let maxSectionBytes = 1 << 20
  /// The bound that the server is told: the size of a HEADERS frame and 8 CONTINUATION frames, which nghttp2 accepts.
  static let announcedBytes = 128 << 10
  /// The fields that decide the meaning of a response. They are kept beyond the bound, with values up to these sizes.
  private static let essential: [(name: StaticString, limit: Int)] = [
    ("grpc-status", 16), ("grpc-retry-pushback-ms", 32), ("content-type", 256), ("grpc-encoding", 64),
    ("retry-after", 64), ("date", 64), ("grpc-status-details-bin", 32 << 10),
  ]
  /// The field that is cut instead of dropped: the text of a status.
  private static let cuttable: StaticString = "grpc-message"
  private static let maxText = 1_024

  private var section = Section.interim
  private(set) var status = 0
  private var storage: [UInt8] = []
  private var headersEnd = 0
  private var sectionSize = 0
  /// The essential fields that were kept beyond the bound, as bits. Each is kept once.
  private var keptBeyond: UInt8 = 0
  private var body: [UInt8] = []
  /// True if END_STREAM has arrived.
  private(set) var isComplete = false

  /// True if the final status has arrived.
  var isAnswered: Bool { section != .interim }

  /// A header block began.
  mutating func beginSection() {
    sectionSize = 0
    keptBeyond = 0
    if section == .headers {
      section = .trailers
      headersEnd = storage.count
    }
  }

  /// A field arrived.
  /// - Parameter limit: The size of a section beyond which fields are dropped unless they are essential.
  /// - Returns: The failure if the section is far too large.
  mutating func append(
    name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>, limit: Int
  ) -> HTTP2Failure? {
    // A field counts 32 bytes more than name and value (RFC 9113, 6.5.2).
    sectionSize += name.count + value.count + 32
    guard sectionSize <= ResponseAssembler.maxSectionBytes else { return .headersTooLarge }
    if section == .interim {
      // `:status` is the first field of a section, and nghttp2 accepts no other pseudo-header field.
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

  /// Keeps a field beyond the bound if the field is essential.
  @inline(never)
  private mutating func appendBeyond(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
    let bit = UInt8(1) << UInt8(ResponseAssembler.essential.count)
    if unsafe ResponseAssembler.isEqual(name, ResponseAssembler.cuttable), keptBeyond & bit == 0 {
      keptBeyond |= bit
      let text = unsafe UnsafeBufferPointer(rebasing: value[..<min(value.count, ResponseAssembler.maxText)])
      return unsafe ReceivedHeaders.append(name, text, to: &storage)
    }
    for (index, field) in ResponseAssembler.essential.enumerated()
    where unsafe value.count <= field.limit && ResponseAssembler.isEqual(name, field.name) {
      guard keptBeyond & UInt8(1) << UInt8(index) == 0 else { return }
      keptBeyond |= UInt8(1) << UInt8(index)
      unsafe ReceivedHeaders.append(name, value, to: &storage)
    }
  }

  private static func isEqual(_ name: UnsafeBufferPointer<UInt8>, _ other: StaticString) -> Bool {
    let other = unsafe UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount)
    return unsafe name.elementsEqual(other)
  }

  /// Bytes of the body arrived.
  /// - Returns: The failure if the body is too large.
  mutating func append(body bytes: UnsafeBufferPointer<UInt8>, limit: Int) -> HTTP2Failure? {
    guard bytes.count <= limit - body.count else { return .responseTooLarge }
    unsafe body.append(contentsOf: bytes)
    return nil
  }

  /// END_STREAM arrived.
  mutating func finish() { isComplete = true }

  /// Takes the response as far as it has arrived.
  mutating func take(failure: HTTP2Failure?, fate: RequestFate) -> HTTP2Response {
    let end = section == .trailers ? headersEnd : storage.count
    let response = HTTP2Response(
      status: status, headers: ReceivedHeaders(storage: storage, range: 0..<end),
      trailers: ReceivedHeaders(storage: storage, range: end..<storage.count), body: body, failure: failure, fate: fate)
    storage = []
    body = []
    return response
  }
}
