import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@testable import OTLPWire

@Suite(.ownThreads) struct OTLPJSONTests {
  /// The span with these members.
  private func span(_ members: String) throws -> SpanData {
    let line = #"{"resourceSpans":[{"scopeSpans":[{"spans":[{\#(members)}]}]}]}"#
    return try #require(try OTLPJSON.decode(line).first)
  }

  private func value(_ json: String) throws -> AttributeValue {
    try #require(try span(#""attributes":[{"key":"k","value":\#(json)}]"#).attributes.first).value
  }

  private func reason(_ text: String, _ limits: OTLPJSON.Limits = .init()) -> String? {
    do throws(JSONError) {
      _ = try OTLPJSON.decode(text, limits: limits)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("decoded spans equal the encoded ones, and the text is one line (3.4.1)", arguments: 0..<10 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = RandomSpans(seed: seed)
    let spans = random.batch(30)
    let line = OTLPJSON.encode(spans)
    #expect(!line.utf8.contains(0x0A))
    #expect(try OTLPJSON.decode(line) == grouped(spans))
  }

  @Test("each field has the form of OTLP's JSON mapping (3.3)")
  func form() {
    let attributes =
      #"[{"key":"string","value":{"stringValue":"text"}},{"key":"bool","value":{"boolValue":true}},"#
      + #"{"key":"int","value":{"intValue":"7"}},{"key":"double","value":{"doubleValue":0.5}},"#
      + #"{"key":"bytes","value":{"bytesValue":"CA=="}},"#
      + #"{"key":"array","value":{"arrayValue":{"values":[{"intValue":"9"}]}}},"#
      + #"{"key":"map","value":{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"1"}}]}}}]"#
    let one = #""attributes":[{"key":"k","value":{"intValue":"1"}}]"#
    let ids = #""traceId":"00000000000000010000000000000002","spanId":"0000000000000003""#
    let span =
      #"{\#(ids),"traceState":"a=b","parentSpanId":"0000000000000004","name":"name","kind":3,"#
      + #""startTimeUnixNano":"5","endTimeUnixNano":"6","attributes":\#(attributes),"droppedAttributesCount":10,"#
      + #""events":[{"timeUnixNano":"11","name":"event",\#(one),"droppedAttributesCount":12}],"droppedEventsCount":13,"#
      + #""links":[{\#(ids),"traceState":"c=d",\#(one),"droppedAttributesCount":14,"flags":15}],"#
      + #""droppedLinksCount":16,"status":{"message":"message","code":2},"flags":17}"#
    let line =
      #"{"resourceSpans":[{"resource":{\#(one),"droppedAttributesCount":18},"#
      + #""scopeSpans":[{"scope":{"name":"scope","version":"1",\#(one),"droppedAttributesCount":19},"#
      + #""spans":[\#(span)],"schemaUrl":"scope schema"}],"schemaUrl":"resource schema"}]}"#
    #expect(OTLPJSON.encode([.full]) == line)
  }

  @Test("empty batches and empty groups are valid")
  func empties() throws {
    #expect(OTLPJSON.encode([]) == "{}")
    #expect(try OTLPJSON.decode("{}") == [])
    #expect(try OTLPJSON.decode(#" {"resourceSpans" : null } "#) == [])
    #expect(try OTLPJSON.decode(#"{"resourceSpans":[{},{"resource":null,"scopeSpans":[{}]}]}"#) == [])
    #expect(try span("").traceID == .invalid)
  }

  @Test("ids are hexadecimal digits of either case, and empty ids are invalid ids (3.3.1, 3.3.9)")
  func identifiers() throws {
    let upper = try span(#""traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174""#)
    #expect(upper.traceID == TraceID(high: 0x5B8E_FFF7_9803_8103, low: 0xD269_B633_813F_C60C))
    #expect(upper.spanID == SpanID(0xEEE1_9B7E_C3C1_B174))
    #expect(try span(#""traceId":"","parentSpanId":"""#).traceID == .invalid)
    #expect(
      reason(#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"W47/95gDgQPSabYzgT/GDA=="}]}]}]}"#)
        == #""traceId" must be 32 hexadecimal digits, not "W47/95gDgQPSabYzgT/GDA==", which looks like base64, "#
        + "at byte 54")
    #expect(throws: JSONError.self) { try span(#""spanId":"123""#) }
  }

  @Test("integers are numbers or strings with an integral value in range (3.3.6, 3.3.7)")
  func integers() throws {
    #expect(try value(#"{"intValue":"-9223372036854775808"}"#) == .int(.min))
    #expect(try value(#"{"intValue":9223372036854775807}"#) == .int(.max))
    #expect(try value(#"{"intValue":1e3}"#) == 1000)
    #expect(try value(#"{"intValue":-2.0}"#) == -2)
    #expect(try span(#""startTimeUnixNano":"18446744073709551615""#).startTimeUnixNano == .max)
    #expect(try span(#""startTimeUnixNano":1700000000000000001"#).startTimeUnixNano == 1_700_000_000_000_000_001)
    #expect(try span(#""flags":"257""#).flags == 257)
    for wrong in ["1.5", "\"\"", "\"+1\"", "\" 1\"", "9223372036854775808", "1e30", "true", "\"0x1\"", "\"1 \""] {
      #expect(throws: JSONError.self) { try value(#"{"intValue":\#(wrong)}"#) }
    }
    #expect(throws: JSONError.self) { try span(#""flags":-1"#) }
    #expect(throws: JSONError.self) { try span(#""droppedLinksCount":4294967296"#) }
  }

  @Test("doubles are numbers, numeric strings, NaN or infinities (3.3.8)")
  func doubles() throws {
    #expect(try value(#"{"doubleValue":1}"#) == .double(1))
    #expect(try value(#"{"doubleValue":"-1.5e-3"}"#) == .double(-0.0015))
    #expect(try value(#"{"doubleValue":"-Infinity"}"#) == .double(-.infinity))
    guard case .double(let number) = try value(#"{"doubleValue":"NaN"}"#) else { return #expect(Bool(false)) }
    #expect(number.isNaN)
    for wrong in ["\"nan\"", "\"inf\"", "1e999", "\"0x1p3\"", "true", "\"\""] {
      #expect(throws: JSONError.self) { try value(#"{"doubleValue":\#(wrong)}"#) }
    }
  }

  @Test("a number beyond 64 bits is out of range, not of another kind")
  func numbersOutOfRange() {
    for text in ["1e400", "-1e400", "\"1e400\""] {
      do {
        _ = try value(#"{"doubleValue":\#(text)}"#)
        Issue.record("accepted \(text)")
      } catch {
        #expect("\(error)".contains("is out of range"), "\(error)")
      }
    }
  }

  @Test("values of the other kinds, with base64 for bytes (3.3.2, 3.3.10)")
  func otherValues() throws {
    #expect(try value("{}") == .empty)
    #expect(try value("null") == .empty)
    #expect(try value(#"{"stringValue":""}"#) == "")
    #expect(try value(#"{"boolValue":false}"#) == false)
    #expect(try value(#"{"arrayValue":{}}"#) == .array([]))
    #expect(try value(#"{"kvlistValue":{"values":[]}}"#) == .map([:]))
    #expect(try value(#"{"bytesValue":"AP7/"}"#) == .bytes([0, 0xFE, 0xFF]))
    #expect(try value(#"{"bytesValue":"AP7_-w"}"#) == .bytes([0, 0xFE, 0xFF, 0xFB]))
    #expect(try value(#"{"bytesValue":""}"#) == .bytes([]))
    for wrong in ["A", "AA=", "A===", "AA=A", "ä===", "===="] {
      #expect(throws: JSONError.self) { try value(#"{"bytesValue":"\#(wrong)"}"#) }
    }
  }

  @Test("enums are integers or, as in the Collector, names; unknown keys are ignored (3.3.3, 3.3.5, 3.3.11)")
  func names() throws {
    #expect(try span(#""kind":2"#).kind == .server)
    #expect(try span(#""kind":99"#).kind == .unspecified)
    #expect(try span(#""kind":-1"#).kind == .unspecified)
    for (number, kind) in SpanData.Kind.allCases.enumerated() {
      #expect(try span(#""kind":"SPAN_KIND_\#("\(kind)".uppercased())""#).kind == kind)
      #expect(try span(#""kind":"\#(number)""#).kind == kind)
    }
    for code in SpanData.Status.Code.allCases {
      #expect(try span(#""status":{"code":"STATUS_CODE_\#("\(code)".uppercased())"}"#).status.code == code)
    }
    for wrong in [#""SERVER""#, #""""#, #""SPAN_KIND_X""#, "true", "[]", "1.5"] {
      #expect(throws: JSONError.self) { try span(#""kind":\#(wrong)"#) }
    }
    #expect(try span(#""future":{"x":[1,null,{"y":"z"}]},"name":"n""#).name == "n")
    #expect(try value(#"{"stringValueStrindex":5}"#) == .empty)
  }

  @Test("protobuf's names of fields are valid keys too (3.3.4)")
  func snakeCase() throws {
    func snakeCase(_ text: String) -> String {
      // Only keys begin with a quotation mark and a lower-case letter and contain an upper-case letter.
      text.replacing(/"([a-z]+[A-Z][A-Za-z]*)":/) { match in
        "\"" + match.output.1.map { $0.isUppercase ? "_\($0.lowercased())" : "\($0)" }.joined() + "\":"
      }
    }
    var random = RandomSpans(seed: 3)
    let spans = random.batch(20) + [.full]
    let line = OTLPJSON.encode(spans)
    let snake = snakeCase(line)
    #expect(snake.contains("\"start_time_unix_nano\":") && snake.contains("\"kvlist_value\":"))
    #expect(!snake.contains("\"startTimeUnixNano\":"))
    #expect(try OTLPJSON.decode(snake) == OTLPJSON.decode(line))
    #expect(try span(#""_name":"n","name_":"m","__":1"#).name == "m")
  }

  @Test("the names of scopes before OTLP 0.19 are valid keys")
  func oldNames() throws {
    let line =
      #"{"resourceSpans":[{"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"lib"},"#
      + #""spans":[{"name":"n"}]}]}]}"#
    let spans = try OTLPJSON.decode(line)
    #expect(spans.map(\.name) == ["n"])
    #expect(spans.map(\.scope.name) == ["lib"])
  }

  @Test("strings have JSON's escapes, and invalid strings throw")
  func strings() throws {
    #expect(try span(#""name":"\"\\\/\b\f\n\r\t\u00e9\ud83d\uDE00""#).name == "\"\\/\u{8}\u{C}\n\r\té😀")
    for wrong in [#"\u12"#, #"\u12G4"#, #"\ud83d\u12"#, #"\x"#, "\n", "\u{1}"] {
      #expect(throws: JSONError.self) { try span(#""name":"\#(wrong)""#) }
    }
    #expect(throws: JSONError.self) { try OTLPJSON.decode(Array(#"{"a":""#.utf8) + [0xFF] + Array("\"}".utf8)) }
  }

  @Test(
    "half of a surrogate pair becomes U+FFFD",
    arguments: [
      (#"\ud83d"#, "\u{FFFD}"), (#"\ude00"#, "\u{FFFD}"), (#"\ud83dx"#, "\u{FFFD}x"), (#"\ud83d\n"#, "\u{FFFD}\n"),
      (#"\ud83d\u0041"#, "\u{FFFD}A"), (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"), (#"\ude00\ud83d"#, "\u{FFFD}\u{FFFD}"),
    ])
  func surrogateHalves(_ text: String, _ expected: String) throws {
    #expect(try span(#""name":"\#(text)""#).name == expected)
  }

  @Test("a document of several signals returns the items of each")
  func severalSignals() throws {
    let logs = #""resourceLogs":[{"scopeLogs":[{"logRecords":[{"eventName":"e"},{}]},{"logRecords":[{}]}]}]"#
    let metrics = #""resource_metrics":[{"scope_metrics":[{"metrics":[{"name":"m"}]}]},{"scopeMetrics":null}]"#
    let spans = #""resourceSpans":[{"scopeSpans":[{"spans":[{"name":"n"}]}]}]"#
    let profiles = #""resourceProfiles":[{"scopeProfiles":[{"profiles":[{},{}]}]}]"#
    let all = try OTLPJSON.decodeDocument(Array("{\(logs),\(metrics),\(profiles),\(spans)}".utf8))
    #expect(all.spans.map(\.name) == ["n"] && all.metrics.map(\.name) == ["m"])
    #expect(all.logRecords.map(\.eventName) == ["e", "", ""] && all.profiles == 2)
    let only = try OTLPJSON.decodeDocument(Array("{\(logs)}".utf8))
    #expect(only.logRecords.count == 3 && only.spans.isEmpty && only.metrics.isEmpty && !only.isEmpty)
    #expect(try OTLPJSON.decodeDocument(Array("{}".utf8)).isEmpty)
    let error = #expect(throws: JSONError.self) { try OTLPJSON.decodeDocument(Array(#"{"x":1}"#.utf8)) }
    #expect(error?.reason == #"the object has no "resourceSpans", "resourceMetrics" or "resourceLogs""#)
    #expect(throws: JSONError.self) { try OTLPJSON.decodeDocument(Array("[]".utf8)) }
  }

  @Test("an error has its reason and position")
  func errors() {
    #expect(reason("") == "the text ends where a value is expected, at byte 0")
    #expect(reason("hello") == "a value is expected, at byte 0")
    #expect(reason("[1]") == #"an object with "resourceSpans" is expected, not an array, at byte 0"#)
    #expect(reason(#"{"resourceLogs":[]}"#) == #"the object has no "resourceSpans", at byte 0"#)
    #expect(reason(#"{"resourceSpans":{}}"#) == #""resourceSpans" must be an array, not an object, at byte 17"#)
    #expect(reason("{} x") == "unexpected text after the JSON value, at byte 3")
    #expect(reason(#"{"a" 1}"#) == "':' is expected after a key, at byte 5")
    #expect(reason(#"{"a":1,}"#) == "a key in quotes is expected, at byte 7")
    #expect(reason(#"{"a":[1 2]}"#) == "',' or ']' is expected, at byte 8")
    #expect(reason(#"{"a":01}"#) == "',' or '}' is expected, at byte 6")
    #expect(reason(#"{"a":-}"#) == "a digit is expected, at byte 6")
    #expect(reason(#"{"a":tru}"#) == "a value is expected, at byte 5")
    #expect(reason(#"{"a"#) == "a string without an end, at byte 1")
  }

  @Test("depth, bytes, spans and values are limited")
  func limits() {
    #expect(reason(String(repeating: "[", count: 100_000)) == "nested too deeply, at byte 160")
    var limits = OTLPJSON.Limits()
    limits.maxBytes = 1
    #expect(reason("{}", limits) == "the text is longer than 1 bytes, at byte 1")
    limits = .init()
    limits.maxValues = 3
    #expect(reason(#"{"a":[1,2]}"#, limits) == "too many values, at byte 8")
    limits = .init()
    limits.maxItems = 1
    #expect(reason(OTLPJSON.encode(StandardWorkload().spans(0..<2)), limits)?.hasPrefix("more than 1 spans") == true)
  }

  @Test("mutated texts never trap", arguments: 0..<20 as Range<UInt64>)
  func mutations(seed: UInt64) {
    var random = RandomSpans(seed: seed)
    var generator = SeededRandom(seed: seed)
    let line = Array(OTLPJSON.encode(random.batch(2)).utf8)
    for round in 0..<100 {
      var bytes = line
      if round % 3 == 0 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator)) }
      for _ in 0..<Int.random(in: 1..<8, using: &generator) where !bytes.isEmpty {
        let replacement = round % 2 == 0 ? Array("{}[]\",:\\u0e-".utf8) : Array(0...255)
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = replacement.randomElement(using: &generator)!
      }
      _ = try? OTLPJSON.decode(bytes)
    }
  }
}
