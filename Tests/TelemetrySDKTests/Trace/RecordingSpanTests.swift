import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct RecordingSpanTests {
  private let processor = CollectingProcessor()

  private func tracer(_ limits: (inout SpanLimits) -> Void = { _ in }) throws -> TelemetryTracer {
    try TracerProvider(processor, limits: limits).tracer("test", version: "1")
  }

  /// The exported form of a span that `body` sets.
  private func recorded(
    _ limits: (inout SpanLimits) -> Void = { _ in }, _ body: (RecordingSpan) -> Void
  ) throws -> SpanData {
    let span = try tracer(limits).startSpan("name")
    body(span)
    span.end()
    return try #require(processor.ended.last)
  }

  @Test func aSpanHasWhatItWasStartedWith() throws {
    let parent = TraceContext(.example(isRemote: true))
    let linked = SpanContext.example()
    let span = try tracer().startSpan(
      "GET /", kind: .server, parent: parent, attributes: ["a": 1], links: [.init(linked, attributes: ["b": 2])], at: 5)
    span.end(at: 7)
    let data = try #require(processor.ended.first)
    #expect(data.name == "GET /" && data.kind == .server)
    #expect(data.startTimeUnixNano == 5 && data.endTimeUnixNano == 7)
    #expect(data.traceID == parent.spanContext.traceID && data.parentSpanID == parent.spanContext.spanID)
    #expect(data.spanID == span.context.spanID && data.spanID.isValid)
    #expect(data.flags == UInt32(span.context.flags.rawValue) | 0x300)
    #expect(data.attributes == ["a": 1])
    #expect(data.links.map(\.spanID) == [linked.spanID] && data.links[0].attributes == ["b": 2])
    #expect(data.resource == Resource(["service.name": "test"]))
    #expect(data.scope == InstrumentationScope(name: "test", version: "1"))
  }

  @Test("every kind of value is exported as it was set")
  func values() throws {
    let long = String(repeating: "x", count: 200)
    let values: [AttributeValue] = [
      "", "text", .string(long), true, false, 0, -1, .int(.max), .int(.min), 0.5, .double(-0.0), .bytes([]),
      .bytes([0, 255]), [], [1, "two", [3.0]], .map([:]), .map(["k": ["nested"]]), .empty,
    ]
    let data = try recorded { span in
      for (index, value) in values.enumerated() {
        span.setAttribute("key.\(index)", value)
        span.setAttribute("\(long)\(index)", value)
      }
    }
    #expect(data.attributes.count == 2 * values.count)
    for (index, value) in values.enumerated() {
      #expect(data.attributes["key.\(index)"] == value)
      #expect(data.attributes["\(long)\(index)"] == value)
    }
  }

  @Test func typedValuesNeedNoWrapping() throws {
    let data = try recorded { span in
      span.setAttribute("string", "s")
      span.setAttribute("int", 1)
      span.setAttribute("int64", 2 as Int64)
      span.setAttribute("double", 1.5)
      span.setAttribute("bool", true)
      span.setAttribute("bytes", [1, 2] as [UInt8])
      span.setAttribute("strings", ["a", "b"])
      span.setAttribute("bools", [true, false])
      span.setAttribute("ints", [1, 2])
      span.setAttribute("doubles", [1.5])
      span.setAttribute("made", making: { 7 })
      span.setAttributes(["several": 1, "at once": 2])
    }
    #expect(
      data.attributes == [
        "string": "s", "int": 1, "int64": 2, "double": 1.5, "bool": true, "bytes": .bytes([1, 2]),
        "strings": ["a", "b"], "bools": [true, false], "ints": [1, 2], "doubles": [1.5], "made": 7, "several": 1,
        "at once": 2,
      ])
  }

  @Test("a repeated key replaces the value in its place, whatever the sizes (4.2.5)")
  func repeatedKeys() throws {
    let long = String(repeating: "y", count: 3000)
    let data = try recorded { span in
      span.setAttribute("first", "secret")
      span.setAttribute("second", 2)
      span.addEvent("event")
      span.setAttribute("first", long)
      span.setAttribute("second", "b")
      span.setAttribute("first", true)
    }
    #expect(data.attributes == ["first": true, "second": "b"])
    #expect(data.events.map(\.name) == ["event"])
  }

  @Test("an empty key is ignored everywhere, and isn't counted (4.5.9)", arguments: [nil, 1])
  func emptyKeys(limit: Int?) throws {
    let attributes: Attributes = ["": 1, "a": 2]
    let data = try recorded {
      $0.attributeValueLengthLimit = limit
    } _: { span in
      span.setAttribute("", 1)
      span.setAttributes(attributes)
      span.addEvent("literal", attributes: attributes)
      span.addEvent("closure") { $0.set("", 1) }
      span.addLink(.example(), attributes: attributes)
    }
    #expect(data.attributes == ["a": 2] && data.droppedAttributesCount == 0)
    #expect(data.events.map(\.attributes) == [["a": 2], [:]])
    #expect(data.links.map(\.attributes) == [["a": 2]])
    #expect(data.events.map(\.droppedAttributesCount) == [0, 0] && data.links[0].droppedAttributesCount == 0)
  }

  @Test("events keep their order, times and attributes")
  func events() throws {
    let data = try recorded { span in
      span.addEvent("literal", attributes: ["a": 1, "b": "c"], at: 10)
      span.addEvent("closure", at: 11) { attributes in
        attributes.set("s", "text")
        attributes.set("i", 1)
        attributes.set("i", 2)
        attributes.set("d", 0.5)
        attributes.set("b", true)
        attributes.set("v", .bytes([1]))
        attributes.set("", 1)
      }
      span.addEvent("bare")
    }
    #expect(data.events.map(\.name) == ["literal", "closure", "bare"])
    #expect(data.events.prefix(2).map(\.timeUnixNano) == [10, 11])
    #expect(data.events[0].attributes == ["a": 1, "b": "c"])
    #expect(data.events[1].attributes == ["s": "text", "i": 2, "d": 0.5, "b": true, "v": .bytes([1])])
    #expect(data.events[2].timeUnixNano >= data.startTimeUnixNano)
    #expect(data.events[2].timeUnixNano <= data.endTimeUnixNano)
  }

  @Test func anEventsClosureMayUseTheSpan() throws {
    let data = try recorded { span in
      span.addEvent("outer") { _ in span.addEvent("inner") }
    }
    #expect(data.events.map(\.name) == ["inner", "outer"])
  }

  @Test("limits discard and count what exceeds them (4.5)")
  func limits() throws {
    let data = try recorded {
      $0.attributeCountLimit = 2
      $0.attributeValueLengthLimit = 3
      $0.eventCountLimit = 1
      $0.linkCountLimit = 1
      $0.attributePerEventCountLimit = 1
      $0.attributePerLinkCountLimit = 1
    } _: { span in
      span.setAttribute("a", "漢字漢字")
      span.setAttribute("b", .array(["12345", .bytes([1, 2, 3, 4]), .map(["k": "12345"])]))
      span.setAttribute("c", 1)
      span.setAttribute("a", "12")
      span.addEvent("e", attributes: ["x": "12345", "y": 2])
      span.addEvent("f") { $0.set("x", 1) }
      span.addLink(.example(), attributes: ["x": "12345", "y": 2])
      span.addLink(.example())
    }
    #expect(data.attributes == ["a": "12", "b": .array(["123", .bytes([1, 2, 3]), .map(["k": "123"])])])
    #expect(data.droppedAttributesCount == 1)
    #expect(data.events.map(\.attributes) == [["x": "123"]] && data.events[0].droppedAttributesCount == 1)
    #expect(data.droppedEventsCount == 1)
    #expect(data.links.map(\.attributes) == [["x": "123"]] && data.links[0].droppedAttributesCount == 1)
    #expect(data.droppedLinksCount == 1)
  }

  @Test("arrays and maps beyond the depth limit are empty (4.5)")
  func depth() throws {
    let nested: AttributeValue = [["deep", [1]], 2]
    #expect(
      try recorded {
        $0.attributeValueDepthLimit = 1
      } _: {
        $0.setAttribute("a", nested)
      }.attributes["a"] == [.empty, 2])
    #expect(
      try recorded {
        $0.attributeValueDepthLimit = 2
      } _: {
        $0.setAttribute("a", nested)
      }.attributes["a"]
        == [["deep", .empty], 2])
  }

  @Test("text is cut between characters")
  func truncation() throws {
    let data = try recorded {
      $0.attributeValueLengthLimit = 2
    } _: { span in
      span.setAttribute("a", "漢字漢")
      span.setAttribute("b", "é")
      span.addEvent("e") { $0.set("c", "漢字漢") }
    }
    #expect(data.attributes == ["a": "漢字", "b": "é"])
    #expect(data.events[0].attributes == ["c": "漢字"])
  }

  @Test("limits of zero keep nothing")
  func zeroLimits() throws {
    let data = try recorded {
      $0.attributeCountLimit = 0
      $0.eventCountLimit = 0
      $0.linkCountLimit = 0
    } _: { span in
      span.setAttribute("a", 1)
      span.addEvent("e")
      span.addLink(.example())
    }
    #expect(data.attributes.isEmpty && data.events.isEmpty && data.links.isEmpty)
    #expect(data.droppedAttributesCount == 1 && data.droppedEventsCount == 1 && data.droppedLinksCount == 1)
  }

  @Test("the status is Ok over Error over Unset, and only Error has a message (4.2.8)")
  func status() throws {
    #expect(try recorded { _ in }.status == .unset)
    #expect(try recorded { $0.setStatus(.error("a")) }.status == .error("a"))
    #expect(
      try recorded {
        $0.setStatus(.error("a"))
        $0.setStatus(.error("b"))
        $0.setStatus(.unset)
      }.status == .error("b"))
    #expect(
      try recorded {
        $0.setStatus(SpanData.Status(.ok, message: "ignored"))
        $0.setStatus(.error("b"))
      }.status == .ok)
  }

  @Test func theNameCanChange() throws {
    let long = String(repeating: "n", count: 1 << 20)
    let data = try recorded { span in
      span.setAttribute("a", 1)
      span.updateName("")
      span.updateName(long)
      span.setAttribute("a", 2)
      span.updateName("short")
      span.setAttribute("b", 3)
    }
    #expect(data.name == "short" && data.attributes == ["a": 2, "b": 3])
    #expect(data.startTimeUnixNano > 0 && data.endTimeUnixNano >= data.startTimeUnixNano)
  }

  @Test func afterTheEndNothingChanges() throws {
    let span = try tracer().startSpan("name")
    span.setAttribute("a", 1)
    span.end(at: .max)
    #expect(!span.isRecording && span.hasEnded)
    span.setAttribute("a", 2)
    span.addEvent("e")
    span.addEvent("f") { $0.set("x", 1) }
    span.addLink(.example())
    span.setStatus(.ok)
    span.updateName("other")
    span.recordError(Refused())
    span.end(at: 1)
    #expect(processor.ended.count == 1)
    #expect(span.data == processor.ended.first)
    #expect(span.data?.attributes == ["a": 1] && span.data?.endTimeUnixNano == .max)
  }

  @Test func aSpanCanBeReadWhileItIsRecorded() throws {
    let span = try tracer().startSpan("name")
    span.setAttribute("a", 1)
    span.setStatus(.error("e"))
    #expect(span.attribute("a") == 1 && span.attribute("b") == nil)
    #expect(span.data?.status == .error("e") && span.data?.endTimeUnixNano == 0)
    #expect(span.isRecording && !span.hasEnded && !span.parentSpanID.isValid)
    span.end()
  }

  struct Refused: StackTraced, CustomStringConvertible {
    var description: String { "refused" }
    var stackTrace: String { "at main" }
  }

  @Test("an error becomes an event with type, message and stack trace (4.2.11)")
  func errors() throws {
    let data = try recorded { $0.recordError(Refused(), attributes: ["exception.message": "mine", "extra": 1]) }
    #expect(data.status == .unset)
    #expect(data.events.map(\.name) == ["exception"])
    let attributes = data.events[0].attributes
    let type: String? = attributes["exception.type"]
    #expect(type?.hasSuffix("Refused") == true)
    #expect(attributes["exception.message"] == "mine" && attributes["exception.stacktrace"] == "at main")
    #expect(attributes["extra"] == 1)
  }

  @Test func aLinkWithoutIDsIsKeptForItsAttributes() throws {
    let data = try recorded { span in
      span.addLink(.invalid)
      span.addLink(.invalid, attributes: ["a": 1])
    }
    #expect(data.links.count == 1 && data.droppedLinksCount == 0)
  }

  @Test("of 100,000 attributes and 10,000 events the limits keep the first; values of 10 MB are kept whole")
  func largeSpan() throws {
    let huge = String(repeating: "z", count: 10 << 20)
    let data = try recorded { span in
      for index in 0..<100_000 { span.setAttribute("key.\(index)", index) }
      for index in 0..<10_000 { span.addEvent("event.\(index)") }
      span.setAttribute("key.5", huge)
    }
    #expect(data.attributes.count == 128 && data.events.count == 128)
    #expect(data.droppedAttributesCount == 99_872 && data.droppedEventsCount == 9_872)
    #expect(data.attributes["key.5"] == .string(huge) && data.attributes["key.127"] == 127)
  }

  @Test func anUnrecordedSpanIgnoresEverything() throws {
    let provider = try TracerProvider(processor, sampler: AlwaysOffSampler())
    let span = provider.tracer("test").startSpan("name")
    span.setAttribute("a", 1)
    span.addEvent("e") { _ in Issue.record("the closure ran") }
    span.setAttribute(
      "b",
      making: {
        Issue.record("the closure ran"); return 1
      })
    span.end()
    #expect(span.context.isValid && !span.context.isSampled && !span.isRecording && span.data == nil)
    #expect(processor.started.isEmpty && processor.ended.isEmpty)
  }
}
