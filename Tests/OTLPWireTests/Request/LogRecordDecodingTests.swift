import TelemetrySDK
import TestThreads
import Testing

@testable import OTLPWire

/// A field with fewer than 128 bytes, or a message.
private func field(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag, UInt8(content.count)] + content }

@Suite(.ownThreads) struct LogRecordDecodingTests {
  private func record(_ fields: [UInt8]) throws(WireError) -> LogRecord {
    let request = field(0x0A, field(0x12, field(0x12, fields)))
    let records = try ExportRequestDecoder.decode(request, as: LogRecord.self)
    guard let first = records.first else { throw WireError(.truncated, at: 0) }
    return first
  }

  private func code(_ fields: [UInt8]) -> WireError.Code? {
    do throws(WireError) {
      _ = try record(fields)
      return nil
    } catch {
      return error.code
    }
  }

  @Test func everyFieldIsRead() throws {
    let message = ExportRequestEncoder().encode(LogRecordBatch([.full])).protobuf.array
    #expect(try ExportRequestDecoder.decode(message, as: LogRecord.self) == [.full])
  }

  @Test("of repeated single fields the last wins, and a repeated body is merged (6.8.11)")
  func repeated() throws {
    let text = field(0x1A, [0x61]) + field(0x1A, [0x62])
    #expect(try record(text).severityText == "b")
    let array = field(0x2A, field(0x2A, field(0x0A, [0x18, 1])))
    #expect(try record(array + array).body == [1, 1])
    #expect(try record(array + field(0x2A, [0x10, 1])).body == true)
    #expect(try record(field(0x2A, []) + array).body == [1])
    #expect(try record(field(0x2A, [])).body == .empty && record([]).body == nil)
  }

  @Test("an unknown severity is unspecified, and fields with other numbers or wire types are skipped")
  func unknown() throws {
    #expect(try record([0x10, 24]).severity == .fatal4)
    #expect(try record([0x10, 25]).severity == .unspecified)
    #expect(try record([0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]).severity == .unspecified)
    // Field 4 was removed from the schema; the flags have four bytes.
    #expect(try record(field(0x22, [0x61]) + [0x40, 5] + [0x45, 1, 0, 0, 0]).flags == 1)
  }

  @Test func whatCannotBeReadIsNamed() {
    #expect(code(field(0x4A, [1, 2, 3])) == .badIdentifier && code(field(0x52, [1])) == .badIdentifier)
    #expect(code(field(0x1A, [0xFF])) == .badUTF8 && code([0x45, 1]) == .truncated)
    #expect(code([0x2A, 5, 0x0A]) == .truncated && code([0x07]) == .badFieldNumber)
  }

  @Test("each beginning of a request is read or refused")
  func truncated() {
    let message = ExportRequestEncoder().encode(LogRecordBatch([.full, .full])).protobuf.array
    for end in message.indices {
      let read = try? ExportRequestDecoder.decode(Array(message[..<end]), as: LogRecord.self)
      #expect(end == 0 ? read == [] : read == nil)
    }
  }
}
