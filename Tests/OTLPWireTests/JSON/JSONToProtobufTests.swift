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
