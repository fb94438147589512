#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// An open file that text is written to. Data goes to standard output, talk to standard error.
package struct TextOutput: Sendable {
  private let descriptor: Int32

  package static let standard = TextOutput(descriptor: STDOUT_FILENO)
  package static let error = TextOutput(descriptor: STDERR_FILENO)

  package init(descriptor: Int32) { self.descriptor = descriptor }

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Writes all of `text`; false if the file doesn't take it (a closed pipe, a full disk).
  @discardableResult
  package func write(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while unsafe !rest.isEmpty {
        let count = unsafe writeSome(descriptor, rest)
        if count < 0 {
          if errno == EINTR { continue }
          return false
        }
        unsafe rest = unsafe UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      }
      return true
    }
  }

  @discardableResult
  package func line(_ text: String) -> Bool { write(text + "\n") }
}

// Outside of the struct, whose own function hides the C library's.
private func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  unsafe write(descriptor, bytes.baseAddress, bytes.count)
}

/// Reads a file line by line, however it was cut into reads.
package struct LineReader {
  /// A line without its line break, or what is wrong with it.
  package enum Line {
    case text([UInt8])
    case tooLong
  }

  private let descriptor: Int32
  private let maxLength: Int
  private var buffer: [UInt8] = []
  private var start = 0
  private var scanned = 0
  private var isAtEnd = false
  private var isSkipping = false
  /// The error number of a read that failed; the lines end there.
  package private(set) var readError: Int32?

  package init(descriptor: Int32, maxLength: Int = 64 << 20) {
    self.descriptor = descriptor
    self.maxLength = maxLength
  }

  /// The next line; nil at the end.
  package mutating func next() -> Line? {
    while true {
      if let end = buffer[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = buffer[start..<end]
        start = end + 1
        scanned = start
        if isSkipping {
          isSkipping = false
          return .tooLong
        }
        return .text(Array(line))
      }
      scanned = buffer.count
      if buffer.count - start > maxLength { skip() }
      if isAtEnd { return last() }
      fill()
    }
  }

  private mutating func skip() {
    isSkipping = true
    buffer.removeAll(keepingCapacity: true)
    start = 0
    scanned = 0
  }

  private mutating func last() -> Line? {
    defer { start = buffer.count }
    if isSkipping {
      isSkipping = false
      return .tooLong
    }
    return start < buffer.count ? .text(Array(buffer[start...])) : nil
  }

  private mutating func fill() {
    if start > 0 {
      buffer.removeSubrange(..<start)
      scanned -= start
      start = 0
    }
    let descriptor = descriptor
    var failure: Int32?
    let count = 1 << 16
    let old = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: count))
    let got = unsafe buffer.withUnsafeMutableBytes { bytes -> Int in
      let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[old...])
      while true {
        let got = unsafe read(descriptor, room.baseAddress, room.count)
        if got >= 0 { return got }
        if errno == EINTR { continue }
        failure = errno
        return 0
      }
    }
    buffer.removeLast(count - got)
    readError = failure
    isAtEnd = got == 0
  }
}

/// What the system says of an error number.
package func systemMessage(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
