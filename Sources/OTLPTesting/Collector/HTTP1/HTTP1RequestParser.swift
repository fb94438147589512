internal import TelemetryCore

/// Reads HTTP/1.1 requests (RFC 9112) from bytes that arrive in any pieces. For any bytes, it makes progress or fails.
package struct HTTP1RequestParser {
  package typealias Field = LoopbackCollector.Field

  package enum Event {
    /// The head is complete.
    case head([Field])
    case body([UInt8])
    case end
  }

  /// The reason for which a request can't be read: the status and the text of the response.
  package struct Failure: Error, Hashable {
    package let status: Int
    package let message: String
  }

  private enum Phase {
    case head
    case body(left: Int)
    case chunkSize
    case chunk(left: Int)
    case chunkEnd
    case trailers
  }

  private static let maxHeadBytes = 64 << 10
  private static let maxLineBytes = 8 << 10

  private let maxBodyBytes: Int
  private var phase = Phase.head
  private var buffer: [UInt8] = []
  private var position = 0
  private var bodyBytes = 0
  private var trailerBytes = 0
  /// True if the connection ends after the request.
  private(set) var closes = false

  package init(maxBodyBytes: Int) { self.maxBodyBytes = maxBodyBytes }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    buffer.removeSubrange(..<position)
    position = 0
    unsafe buffer.append(contentsOf: bytes)
  }

  /// The next event; nil if more bytes are needed.
  package mutating func next() throws(Failure) -> Event? {
    while true {
      switch phase {
      case .head: return try head()
      case .body(let left):
        guard left > 0 else { return finish() }
        guard let bytes = take(atMost: left) else { return nil }
        phase = .body(left: left - bytes.count)
        return .body(bytes)
      case .chunkSize:
        guard let line = try line(limit: HTTP1RequestParser.maxLineBytes) else { return nil }
        try beginChunk(line)
      case .chunk(let left):
        guard left > 0 else {
          phase = .chunkEnd
          continue
        }
        guard let bytes = take(atMost: left) else { return nil }
        phase = .chunk(left: left - bytes.count)
        return .body(bytes)
      case .chunkEnd:
        guard let line = try line(limit: 2) else { return nil }
        guard line.isEmpty else { throw Failure(status: 400, message: "a chunk is longer than its size") }
        phase = .chunkSize
      case .trailers:
        guard let line = try line(limit: HTTP1RequestParser.maxLineBytes) else { return nil }
        if line.isEmpty { return finish() }
        trailerBytes += line.utf8.count
        guard trailerBytes <= HTTP1RequestParser.maxHeadBytes else {
          throw Failure(status: 431, message: "the trailers are too long")
        }
      }
    }
  }

  private mutating func finish() -> Event {
    phase = .head
    return .end
  }

  // MARK: Bytes

  private mutating func take(atMost count: Int) -> [UInt8]? {
    guard position < buffer.count else { return nil }
    let end = position + min(buffer.count - position, count)
    defer { position = end }
    return Array(buffer[position..<end])
  }

  /// The next line without its end; nil if it isn't complete. A bare line feed ends a line too (RFC 9112, 2.2).
  private mutating func line(limit: Int) throws(Failure) -> String? {
    let rest = buffer[position...]
    guard let end = rest.firstIndex(of: 0x0A) else {
      guard rest.count <= limit else { throw Failure(status: 400, message: "a line is too long") }
      return nil
    }
    guard end - position <= limit else { throw Failure(status: 400, message: "a line is too long") }
    var text = buffer[position..<end]
    if text.last == 0x0D { text.removeLast() }
    position = end + 1
    return String(decoding: text, as: UTF8.self)
  }

  // MARK: Head

  private mutating func head() throws(Failure) -> Event? {
    // Empty lines may precede a request.
    while position < buffer.count, buffer[position] == 0x0D || buffer[position] == 0x0A { position += 1 }
    guard let end = endOfHead() else {
      guard buffer.count - position <= HTTP1RequestParser.maxHeadBytes else {
        throw Failure(status: 431, message: "the request's head is too long")
      }
      return nil
    }
    let lines = String(decoding: buffer[position..<end], as: UTF8.self)
      .split(omittingEmptySubsequences: true) { $0 == "\r\n" || $0 == "\n" }
    position = end
    let fields = try HTTP1RequestHead.fields(lines)
    let head = try HTTP1RequestHead(fields, version: lines[0].split(separator: " ").last ?? "")
    closes = head.closes
    bodyBytes = 0
    trailerBytes = 0
    if let length = head.contentLength {
      guard length <= maxBodyBytes else {
        throw Failure(status: 413, message: "the body has more than \(maxBodyBytes) bytes")
      }
      phase = .body(left: length)
    } else {
      phase = head.isChunked ? .chunkSize : .body(left: 0)
    }
    return .head(fields)
  }

  /// The position after the empty line that ends a head.
  private func endOfHead() -> Int? {
    var index = position
    while let lineFeed = buffer[index...].firstIndex(of: 0x0A) {
      let next = lineFeed + 1
      if next < buffer.count, buffer[next] == 0x0A { return next + 1 }
      if next + 1 < buffer.count, buffer[next] == 0x0D, buffer[next + 1] == 0x0A { return next + 2 }
      index = next
      if index >= buffer.count { return nil }
    }
    return nil
  }

  private mutating func beginChunk(_ line: String) throws(Failure) {
    let digits = line.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }
    guard (1...8).contains(digits.count), let size = Hexadecimal.number(digits).map(Int.init) else {
      throw Failure(status: 400, message: "a chunk has no size")
    }
    bodyBytes += size
    guard bodyBytes <= maxBodyBytes else {
      throw Failure(status: 413, message: "the body has more than \(maxBodyBytes) bytes")
    }
    phase = size == 0 ? .trailers : .chunk(left: size)
  }
}
