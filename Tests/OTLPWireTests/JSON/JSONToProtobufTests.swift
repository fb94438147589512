import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import OTLPWire

/// The values of each kind are in `OTLPJSONTests`, by way of spans.
@Suite(.ownThreads) struct JSONToProtobufTests {
  private func bytes(_ text: String, _ type: MessageType) throws -> [UInt8] {
    try OTLPJSON.protobuf(of: Array(text.utf8), as: type)
  }

  private func reason(_ text: String, _ type: MessageType) -> String? {
    do throws(JSONError) {
      _ = try OTLPJSON.protobuf(of: Array(text.utf8), as: type)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("lengths of nested messages are right at each size of a varint (trap 14)")
  func lengths() throws {
    for count in [0, 1, 121, 122, 123, 124, 125, 126, 127, 128, 129, 16_370, 16_380, 16_383, 16_384, 16_390] {
      let name = String(repeating: "x", count: count)
      let text = #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"status":{"message":"\#(name)"}},{}]},{}]}]}"#
      let message = try bytes(text, .traceRequest)
      let spans = try ExportRequestDecoder.decode(message)
      #expect(spans.map(\.status.message.utf8.count) == [count, 0])
      #expect(
        String(decoding: try OTLPJSON.json(of: BufferSlice(message), as: .traceRequest).array, as: UTF8.self)
          == (count == 0 ? text.replacing(#""message":"""#, with: "") : text))
    }
  }

  @Test("numbers of metrics have their wire types")
  func numbers() throws {
    #expect(try bytes(#"{"offset":-2,"bucketCounts":["1",300]}"#, .buckets) == [0x08, 3, 0x12, 3, 1, 0xAC, 0x02])
    #expect(try bytes(#"{"asInt":"-1"}"#, .numberDataPoint) == [0x31] + [UInt8](repeating: 0xFF, count: 8))
    #expect(try bytes(#"{"explicitBounds":[0.5]}"#, .histogramDataPoint) == [0x3A, 8, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F])
    #expect(try bytes(#"{"severityNumber":"SEVERITY_NUMBER_FATAL4"}"#, .logRecord) == [0x10, 24])
    #expect(try bytes(#"{"aggregation_temporality":"AGGREGATION_TEMPORALITY_DELTA"}"#, .sum) == [0x10, 1])
    #expect(
      try bytes(#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"m"}}"#, .traceResponse)
        == [0x0A, 5, 0x08, 3, 0x12, 1, 0x6D])
    #expect(try bytes(#"{"code":3,"message":"m","details":[{"@type":"x"}]}"#, .rpcStatus) == [0x08, 3, 0x12, 1, 0x6D])
  }

  @Test("an integer of each form has its value, as a number and as a string, or is an error")
  func integers() throws {
    let forms: [(String, UInt64?)] = [
      ("0", 0), ("7", 7), ("10", 10), ("999999999999999999", 999_999_999_999_999_999),
      ("9999999999999999999", 9_999_999_999_999_999_999), ("10000000000000000000", 10_000_000_000_000_000_000),
      ("18446744073709551615", .max), ("18446744073709551616", nil), ("99999999999999999999", nil), ("-1", nil),
      ("1e3", 1000), ("12E1", 120), ("5.0", 5), ("5.5", nil), ("1e30", nil), ("1x", nil), ("1 2", nil),
      // Beyond 2^53 a floating-point number would be another integer.
      ("1544712660300000001.0", 1_544_712_660_300_000_001), ("1.8446744073709551615e19", .max),
      ("18446744073709551616.0", nil), ("1844674407370955161500e-2", 18_446_744_073_709_551_615),
      ("9007199254740993.5", nil), ("0.0e99", 0), ("100e-2", 1), ("1e-1", nil), ("1e99999999999", nil),
      ("0.0010e3", 1),
    ]
    for (form, value) in forms {
      for text in [#"{"timeUnixNano":\#(form)}"#, #"{"timeUnixNano":"\#(form)"}"#, #"{"timeUnixNano": \#(form) }"#] {
        let expected = value.map { value in [0x09] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        #expect((try? bytes(text, .event)) == expected, "\(text)")
      }
    }
    // A leading zero is no number of JSON's, but protobuf's readers take it in a string.
    #expect((try? bytes(#"{"timeUnixNano":07}"#, .event)) == nil)
    #expect(try bytes(#"{"timeUnixNano":"07"}"#, .event) == [0x09, 7, 0, 0, 0, 0, 0, 0, 0])
    for (text, type) in [
      (#"{"kind":2147483648}"#, MessageType.span), (#"{"droppedAttributesCount":4294967296}"#, .span),
      (#"{"timeUnixNano":"1}"#, .event), (#"{"timeUnixNano":""}"#, .event), (#"{"timeUnixNano":}"#, .event),
      (#"{"timeUnixNano":1"#, .event), (#"{"timeUnixNano":"1"#, .event),
    ] {
      #expect((try? bytes(text, type)) == nil, "\(text)")
    }
    #expect(try bytes(#"{"kind":2147483647}"#, .span) == [0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x07])
  }

  @Test("ids of either case of digits have their bytes, and other digits are an error")
  func identifiers() throws {
    #expect(
      try bytes(#"{"spanId":"00fF10Aa9b7c0001"}"#, .span) == [0x12, 8, 0, 0xFF, 0x10, 0xAA, 0x9B, 0x7C, 0, 1])
    #expect(try bytes(#"{"spanId":"\u003000ff10aa9b7c000"}"#, .span).count == 10)
    for id in ["00fF10Aa9b7c000g", "g0fF10Aa9b7c0001", "00fF10Aa9b7c00", "00fF10Aa9b7c00011"] {
      #expect((try? bytes(#"{"spanId":"\#(id)"}"#, .span)) == nil, "\(id)")
    }
  }

  @Test("a member that occurs twice is an error, and null is none")
  func duplicates() throws {
    #expect(reason(#"{"name":"a","name":"b"}"#, .span) == #""name" occurs twice, at byte 12"#)
    #expect(reason(#"{"startTimeUnixNano":1,"start_time_unix_nano":2}"#, .span)?.contains("occurs twice") == true)
    #expect(try bytes(#"{"name":null,"name":"b"}"#, .span) == [0x2A, 1, 0x62])
    #expect(try bytes(#"{"x":1,"x":2}"#, .span) == [])
  }

  @Test("the deepest texts are read on the smallest stack of a runtime, whether their keys are known or not")
  func depth() async throws {
    let done = Promise<Bool>()
    try ThreadSystem.start(name: "small", stackSize: 128 << 10) {
      let deepest =
        String(repeating: #"{"arrayValue":{"values":["#, count: 53) + "{"
        + "}" + String(repeating: "]}}", count: 53)
      #expect(reason(deepest, .anyValue) == nil)
      let deeper = deepest.replacing("{}", with: #"{"arrayValue":{"values":[]}}"#)
      #expect(reason(deeper, .anyValue)?.hasPrefix("nested too deeply") == true)
      let unknown = #"{"x":"# + String(repeating: "[", count: 159) + String(repeating: "]", count: 159) + "}"
      #expect(reason(unknown, .anyValue) == nil)
      done.fulfil(true)
    }
    #expect(await done.value)
  }
}
