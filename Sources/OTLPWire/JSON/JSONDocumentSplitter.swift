/// Splits a stream of JSON into documents: consecutive objects, with or without line breaks between or within them, and
/// the elements of top-level arrays.
///
/// ```
///              '{'               its '}'
///   between ─────────▶ document ─────────▶ between
///      │ other            │ a misplaced byte
///      ▼                  ▼
///   garbage            skippingLine (to the next line) or, for a document of several lines,
///                      skippingLines (to the next line that begins with a bracket)
/// ```
///
/// A malformed document is returned up to its first misplaced byte, so that the parser reports the error and later
/// documents are still found. Numbers and words are not checked here. Memory: the bytes of one document and the appended
/// bytes that are not split yet.
package struct JSONDocumentSplitter {
  package struct Document: Hashable, Sendable {
    package let text: [UInt8]
    /// The line of the first byte, from 1.
    package let line: Int
    /// The number of bytes before the document on that line.
    package let column: Int
  }

  package enum Piece: Hashable, Sendable {
    case document(Document)
    /// An error on this line for which there is no text to parse.
    case problem(line: Int, String)
  }

  private enum Phase {
    case between
    case document
    /// In a document that is too long. Its bytes are discarded.
    case longDocument
    /// In a line that begins no document.
    case garbage
    /// Skipping to the next line.
    case skippingLine
    /// Skipping to the next line that begins with a bracket.
    case skippingLines
  }

  /// The number of bytes returned of a line that begins no document.
  private static let maxGarbage = 200
  /// The lines of a malformed document are scanned again only if it is shorter, which bounds the time.
  private static let maxRescan = 1 << 20

  private let maxBytes: Int
  private var grammar: JSONGrammar
  private var phase = Phase.between
  private var buffer: [UInt8] = []
  private var position = 0
  private var line = 1
  /// The start of the current line in the buffer, negative if the buffer no longer has it.
  private var lineStart = 0
  /// The start of the current document in the buffer.
  private var start = 0
  private var startLine = 1
  private var startColumn = 0
  private var garbage: [UInt8] = []
  private var isFinished = false
  /// The line of a top-level array that has not ended.
  private var arrayLine: Int?
  private var hadArray = false

  package init(maxBytes: Int = 64 << 20, maxDepth: Int = 160) {
    self.maxBytes = maxBytes
    grammar = JSONGrammar(maxDepth: maxDepth)
  }

  /// Adds bytes to the end of the stream.
  package mutating func append(_ bytes: [UInt8]) {
    let used = phase == .document ? start : position
    buffer.removeSubrange(..<used)
    position -= used
    lineStart -= used
    start = 0
    buffer += bytes
  }

  /// Ends the stream.
  package mutating func finish() { isFinished = true }

  /// The next piece, or nil if more bytes are needed or the stream has ended.
  package mutating func next() -> Piece? {
    while position < buffer.count {
      if let piece = step() { return piece }
    }
    return isFinished ? last() : nil
  }

  /// Consumes at least one byte, or changes the phase.
  private mutating func step() -> Piece? {
    switch phase {
    case .between:
      between()
      return nil
    case .document, .longDocument: return document()
    case .garbage:
      guard buffer[position] != UInt8(ascii: "\n") else { return endOfGarbage() }
      if garbage.count < Self.maxGarbage { garbage.append(buffer[position]) }
      position += 1
    case .skippingLine:
      if buffer[position] == UInt8(ascii: "\n") { phase = .between }
      advance()
    case .skippingLines:
      let byte = buffer[position]
      if position == lineStart, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        phase = .between
      } else {
        advance()
      }
    }
    return nil
  }

  private mutating func advance() {
    if buffer[position] == UInt8(ascii: "\n") {
      line += 1
      lineStart = position + 1
    }
    position += 1
  }

  // MARK: Between documents

  private mutating func between() {
    switch buffer[position] {
    // White space, the record separator (RFC 7464), and the bytes of a byte order mark.
    case 0x20, 0x09, 0x0D, 0x0A, 0x1E, 0xEF, 0xBB, 0xBF: advance()
    case UInt8(ascii: "{"):
      begin()
      grammar.reset()
      phase = .document
    case UInt8(ascii: "[") where arrayLine == nil:
      arrayLine = line
      hadArray = true
      advance()
    case UInt8(ascii: ",") where hadArray: advance()
    case UInt8(ascii: "]") where hadArray:
      arrayLine = nil
      advance()
    default:
      begin()
      phase = .garbage
    }
  }

  private mutating func begin() {
    start = position
    startLine = line
    startColumn = position - lineStart
  }

  private mutating func endOfGarbage() -> Piece {
    defer { garbage.removeAll(keepingCapacity: true) }
    arrayLine = nil
    phase = .between
    return .document(Document(text: garbage, line: startLine, column: startColumn))
  }

  // MARK: Within a document

  private mutating func document() -> Piece? {
    while position < buffer.count {
      switch grammar.take(buffer[position]) {
      case .inside: advance()
      case .complete:
        advance()
        defer { phase = .between }
        return phase == .document ? .document(text(upTo: position)) : nil
      case .wrong: return damaged(upTo: position + 1)
      }
      if phase == .document, position - start > maxBytes {
        phase = .longDocument
        return .problem(line: startLine, "the document is longer than \(maxBytes) bytes")
      }
    }
    return nil
  }

  private func text(upTo end: Int) -> Document {
    Document(text: Array(buffer[start..<end]), line: startLine, column: startColumn)
  }

  /// Returns the malformed document, and skips to where another document may begin.
  private mutating func damaged(upTo end: Int) -> Piece? {
    arrayLine = nil
    guard phase == .document else {
      phase = .skippingLines
      return nil
    }
    let piece = Piece.document(text(upTo: end))
    guard line > startLine else {
      phase = .skippingLine
      return piece
    }
    // The second line of a truncated document may be the next document.
    if position - start <= Self.maxRescan, let lineEnd = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
      position = lineEnd + 1
      lineStart = position
      line = startLine + 1
    }
    phase = .skippingLines
    return piece
  }

  // MARK: The end

  private mutating func last() -> Piece? {
    switch phase {
    case .document:
      let piece = damaged(upTo: buffer.count)
      if phase == .skippingLine { phase = .between }
      return piece
    case .garbage: return endOfGarbage()
    default: break
    }
    guard let line = arrayLine else { return nil }
    arrayLine = nil
    return .problem(line: line, "the array has no end")
  }
}
