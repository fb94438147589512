internal import OTLPWire
internal import Synchronization
internal import TelemetryCore

/// The JSON of a batch, which the thread makes that writes it first. Thread-safe.
final class FileLine: Sendable {
  private enum Content: Sendable {
    case request(ExportRequest, MessageType)
    case text(BufferSlice)
  }

  private let content: Mutex<Content>

  init(_ request: ExportRequest, _ type: MessageType) { content = Mutex(.request(request, type)) }

  /// The text with a line break at its end.
  var text: BufferSlice {
    content.withLock { content in
      switch content {
      case .text(let text): return text
      case .request(let request, let type):
        guard let line = try? OTLPJSON.json(of: request.protobuf, as: type) else {
          preconditionFailure("an encoded request has no JSON form")
        }
        let text = Self.withLineBreak(line)
        content = .text(text)
        return text
      }
    }
  }

  private static func withLineBreak(_ line: BufferSlice) -> BufferSlice {
    let end = line.range.upperBound
    guard end < line.buffer.capacity else { return BufferSlice(line.array + [UInt8(ascii: "\n")]) }
    // SAFETY: the transcoder's buffer is this function's alone, and has room for another byte.
    unsafe line.buffer.base.storeBytes(of: UInt8(ascii: "\n"), toByteOffset: end, as: UInt8.self)
    return BufferSlice(buffer: line.buffer, range: line.range.lowerBound..<end + 1)
  }
}
