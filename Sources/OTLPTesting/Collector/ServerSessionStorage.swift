/// The part of a server session that nghttp2's callbacks use, behind a pointer that is their user data.
struct ServerSessionStorage {
  struct Stream {
    var fields: [LoopbackCollector.Field] = []
    var body: [UInt8] = []
    var output: [UInt8] = []
    var outputHead = 0
    var trailers: [LoopbackCollector.Field]?
    var outputEnds = false
    var hasResponse = false
    var isDeferred = false
    /// The body is longer than any that can be taken, and isn't kept.
    var isTooLong = false

    var outputCount: Int { output.count - outputHead }

    @unsafe
    mutating func addBody(_ bytes: UnsafeBufferPointer<UInt8>, atMost maxBodyBytes: Int) {
      guard !isTooLong else { return }
      isTooLong = bytes.count > maxBodyBytes - body.count
      if isTooLong { body = [] } else { unsafe body.append(contentsOf: bytes) }
    }
  }

  /// Further header fields are ignored.
  private static let maxFields = 1000

  let maxBodyBytes: Int
  var streams: [Int32: Stream] = [:]
  var events: [ServerEvent] = []

  init(maxBodyBytes: Int) { self.maxBodyBytes = maxBodyBytes }

  mutating func begin(_ id: Int32) { streams[id] = Stream() }

  mutating func addField(_ id: Int32, _ field: LoopbackCollector.Field) {
    guard let count = streams[id]?.fields.count, count < ServerSessionStorage.maxFields else { return }
    streams[id]?.fields.append(field)
  }

  @unsafe
  mutating func addBody(_ id: Int32, _ bytes: UnsafeBufferPointer<UInt8>) {
    unsafe streams[id]?.addBody(bytes, atMost: maxBodyBytes)
  }

  mutating func close(_ id: Int32) {
    streams[id] = nil
    events.append(.closed(id))
  }

  /// The next piece of a response body.
  enum Piece {
    case unknownStream
    case nothingYet
    case bytes(Int, isLast: Bool)
    case trailers(Int, [LoopbackCollector.Field])
  }

  /// Copies the next bytes of a response body into `buffer`.
  @unsafe
  mutating func nextPiece(_ id: Int32, into buffer: UnsafeMutableBufferPointer<UInt8>) -> Piece {
    guard var stream = streams.removeValue(forKey: id) else { return .unknownStream }
    defer { streams[id] = stream }
    let count = min(buffer.count, stream.outputCount)
    if count > 0 {
      _ = unsafe buffer.update(fromContentsOf: stream.output[stream.outputHead..<stream.outputHead + count])
      stream.outputHead += count
    }
    guard stream.outputCount == 0 else { return .bytes(count, isLast: false) }
    if let trailers = stream.trailers { return .trailers(count, trailers) }
    if stream.outputEnds { return .bytes(count, isLast: true) }
    stream.isDeferred = count == 0
    return count == 0 ? .nothingYet : .bytes(count, isLast: false)
  }
}
