import TelemetrySDK
import TestThreads
import Testing

/// Spans that don't end as they should, and spans of extreme size: nothing crashes, and the ledger's law holds.
@Suite(.ownThreads) struct SpanLifeTests {
  @Test("a span that ended twice is exported once, as at its first end")
  func endedTwice() async throws {
    let pipeline = try Pipeline()
    let span = pipeline.tracer.startSpan("span", at: 1)
    span.end(at: 2)
    span.end(at: 3)
    span.end()
    #expect(await pipeline.finish(ended: 1).map(\.endTimeUnixNano) == [2])
  }

  @Test("after the end every call is ignored, and reading still works (4.2.9)")
  func usedAfterTheEnd() async throws {
    let pipeline = try Pipeline()
    let span = pipeline.tracer.startSpan("span", attributes: ["a": 1])
    span.end()
    let before = try #require(span.data)
    span.setAttribute("a", 2)
    span.setAttribute(
      "b",
      making: {
        Issue.record("a value was made for a span that has ended")
        return 3
      })
    span.setAttributes(["c": 4])
    span.addEvent("event")
    span.addEvent("event") { _ in Issue.record("an event was made for a span that has ended") }
    span.recordError(ConfigurationError(option: "a", value: "b", allowed: "c"))
    span.addLink(.example())
    span.setStatus(.ok)
    span.updateName("late")
    #expect(span.data == before && span.hasEnded && !span.isRecording)
    #expect(await pipeline.finish(ended: 1) == [before])
    #expect(span.data == before && span.attribute("a") == 1)
    // A child of an ended span is an ordinary child.
    #expect(pipeline.tracer.startSpan("child", parent: TraceContext(span)).context.traceID == span.context.traceID)
  }

  @Test("a span that is never ended isn't exported, and is counted and reported once")
  func neverEnded() async throws {
    let log = DiagnosticLog()
    let pipeline = try Pipeline(diagnostics: log.diagnostics)
    for number in 0..<10 {
      let span = pipeline.tracer.startSpan("first")
      span.updateName("span \(number) \(String(repeating: "x", count: 200))")
      span.setAttribute("long", String(repeating: "x", count: 5000))
      if number % 2 == 0 { span.end() }
    }
    #expect(pipeline.provider.abandonedSpans == 5)
    let message = "a span was released without its end, so it isn't exported"
    let fields = log.fields(message)
    #expect(log.messages.count { $0 == message } == 1)
    #expect(fields["name"]?.hasPrefix("'span 1 xxx") == true && fields["name"]?.hasSuffix("x…'") == true, "\(fields)")
    #expect(fields["scope"] == pipeline.tracer.scope.name)
    _ = await pipeline.finish(ended: 5)
  }

  @Test("a span that ends after the shutdown is counted as dropped")
  func endedAfterShutdown() async throws {
    let pipeline = try Pipeline()
    let span = pipeline.tracer.startSpan("span")
    let ending = pipeline.tracer.startSpan("other")
    ending.end()
    _ = await pipeline.finish(ended: 1)
    span.setAttribute("still", "works")
    span.end()
    let ledger = pipeline.processor.ledger
    #expect(ledger.isBalanced && ledger.ended == 2 && ledger.dropped == [.afterShutdown: 1])
    #expect(span.data?.attributes == ["still": "works"])
  }

  @Test("100,000 attributes, each set again, and 10,000 events with raised limits")
  func manyParts() async throws {
    let pipeline = try Pipeline {
      $0.attributeCountLimit = 200_000
      $0.eventCountLimit = 10_000
    }
    let span = pipeline.tracer.startSpan("span")
    for number in 0..<100_000 { span.setAttribute("key.\(number)", number) }
    // A second time with a value of the same size, and some with a longer one.
    for number in 0..<100_000 { span.setAttribute("key.\(number)", number ^ 1) }
    for number in stride(from: 0, to: 100_000, by: 1000) { span.setAttribute("key.\(number)", "long \(number)") }
    for number in 0..<10_001 { span.addEvent("event \(number)", at: UInt64(number)) }
    span.end()
    let data = try #require(await pipeline.finish(ended: 1).first)
    #expect(data.attributes.count == 100_000 && data.droppedAttributesCount == 0)
    #expect(data.events.count == 10_000 && data.droppedEventsCount == 1)
    for (number, attribute) in data.attributes.enumerated() {
      #expect(attribute.key == "key.\(number)")
      #expect(attribute.value == (number % 1000 == 0 ? .string("long \(number)") : .int(Int64(number ^ 1))))
    }
  }

  @Test("values of 10 MB, a name of 1 MB, and bytes that are no UTF-8 are exported as they are")
  func largeParts() async throws {
    let pipeline = try Pipeline()
    let (text, bytes) = (String(repeating: "0123456789", count: 1 << 20), [UInt8](repeating: 0xFF, count: 10 << 20))
    let name = String(repeating: "n", count: 1 << 20)
    let span = pipeline.tracer.startSpan("short", attributes: ["text": .string(text)])
    span.setAttribute("bytes", bytes)
    span.setAttribute("invalid", [0xC3, 0x28, 0xF0, 0x80] as [UInt8])
    // A string is always UTF-8: what isn't was replaced when the string was made.
    span.setAttribute("repaired", String(decoding: [0x61, 0xC3, 0x28] as [UInt8], as: UTF8.self))
    span.setAttribute("zero", "a\u{0}b")
    span.updateName(name)
    span.addEvent(name, attributes: ["text": .string(text)])
    span.setStatus(.error(text))
    span.end()
    let data = try #require(await pipeline.finish(ended: 1).first)
    #expect(data.name == name && data.attributes["text"] == .string(text) && data.attributes["bytes"] == .bytes(bytes))
    #expect(data.attributes["invalid"] == .bytes([0xC3, 0x28, 0xF0, 0x80]))
    #expect(data.attributes["repaired"] == "a\u{FFFD}(" && data.attributes["zero"] == "a\u{0}b")
    #expect(data.events.first?.name == name && data.events.first?.attributes == ["text": .string(text)])
    #expect(data.status == .error(text))
  }

  @Test("limits of zero leave a span of identity, times and counts")
  func zeroLimits() async throws {
    let pipeline = try Pipeline {
      $0.attributeCountLimit = 0
      $0.eventCountLimit = 0
      $0.linkCountLimit = 0
      $0.attributeValueLengthLimit = 0
    }
    let span = pipeline.tracer.startSpan("span", attributes: ["a": 1], links: [.init(.example())])
    span.setAttribute("a", 2)
    span.addEvent("event")
    span.end()
    let data = try #require(await pipeline.finish(ended: 1).first)
    #expect(data.attributes.isEmpty && data.events.isEmpty && data.links.isEmpty)
    #expect((data.droppedAttributesCount, data.droppedEventsCount, data.droppedLinksCount) == (2, 1, 1))
  }

  @Test("times before the start, at the ends of the range, and of events outside of the span are kept (4.2.6)")
  func times() async throws {
    let pipeline = try Pipeline()
    for (start, end) in [(UInt64.max, UInt64(0)), (0, .max), (5, 4)] {
      let span = pipeline.tracer.startSpan("span", at: start)
      span.addEvent("event", at: end &+ 1)
      span.end(at: end)
    }
    let data = await pipeline.finish(ended: 3)
    #expect(data.map(\.startTimeUnixNano) == [.max, 0, 5] && data.map(\.endTimeUnixNano) == [0, .max, 4])
    #expect(data.map { $0.events[0].timeUnixNano } == [1, 0, 5])
  }
}
