#if DistributedTracing
  import TelemetrySDK
  import TelemetryTracing
  import TestThreads
  import Testing
  import Tracing

  @Suite(.ownThreads) struct DistributedSpanTests {
    private let bench = TracingBench()

    @Test func aSpanHasItsInstantsKindAndName() throws {
      let tracer = try bench.tracers().distributed
      let kinds: [(SpanKind, SpanData.Kind)] = [
        (.server, .server), (.client, .client), (.producer, .producer), (.consumer, .consumer), (.internal, .internal),
      ]
      for (theirs, ours) in kinds {
        let span = tracer.startSpan("before", ofKind: theirs, at: Instant.at(5))
        #expect(span.operationName == "before" && span.isRecording)
        span.operationName = "GET /users/{id}"
        #expect(span.operationName == "GET /users/{id}")
        span.end(at: Instant.at(9))
        #expect(bench.last.kind == ours && bench.last.name == "GET /users/{id}")
        #expect(bench.last.startTimeUnixNano == 5 && bench.last.endTimeUnixNano == 9)
      }
    }

    @Test func aSpanWithoutInstantsHasTheWallTime() throws {
      let before = DefaultTracerClock.now.nanosecondsSinceEpoch
      let span = try bench.tracers().distributed.startSpan("a")
      span.end()
      let after = DefaultTracerClock.now.nanosecondsSinceEpoch
      #expect(before <= bench.last.startTimeUnixNano && bench.last.startTimeUnixNano <= bench.last.endTimeUnixNano)
      #expect(bench.last.endTimeUnixNano <= after)
    }

    @Test func eventsHaveTimesAndAttributes() throws {
      let span = try bench.tracers().distributed.startSpan("a")
      span.addEvent(SpanEvent(name: "first", at: Instant.at(7), attributes: ["n": 1, "s": "t"]))
      span.addEvent("second")
      span.end()
      #expect(bench.last.events.map(\.name) == ["first", "second"])
      #expect(bench.last.events[0].timeUnixNano == 7 && bench.last.events[1].timeUnixNano > 7)
      #expect(bench.last.events[0].attributes["n"] == .int(1) && bench.last.events[0].attributes["s"] == .string("t"))
    }

    @Test("an error is an event of the conventions (4.2.11)")
    func errors() throws {
      let span = try bench.tracers().distributed.startSpan("a")
      span.recordError(Failure(), attributes: ["retry": true], at: Instant.at(11))
      span.recordError(Failure())
      span.end()
      let event = try #require(bench.last.events.first)
      #expect(event.name == "exception" && event.timeUnixNano == 11 && bench.last.events.count == 2)
      #expect(event.attributes["exception.message"] == .string("no stock"))
      #expect(event.attributes["retry"] == .bool(true))
      #expect(event.attributes["exception.type"] == .string(String(reflecting: Failure.self)))
      #expect(bench.last.status == .unset)
    }

    @Test func linksLeadToSpansOfOtherContexts() throws {
      let (tracer, _) = try bench.tracers()
      let other = tracer.startSpan("other")
      let span = tracer.startSpan("a")
      span.addLink(other, attributes: ["why": "batch"])
      span.addLink(Tracing.SpanLink(context: .topLevel, attributes: [:]))
      span.end()
      other.end()
      let link = try #require(bench.ended("a")?.links.first)
      #expect(bench.ended("a")?.links.count == 1)
      #expect(link.traceID == other.spanContext.traceID && link.spanID == other.spanContext.spanID)
      #expect(link.attributes["why"] == .string("batch") && link.flags == 0x103)
    }

    @Test("ok is final, and an error without a message keeps an earlier message (4.2.8)")
    func status() throws {
      let tracer = try bench.tracers().distributed
      func status(_ all: SpanStatus...) -> SpanData.Status {
        let span = tracer.startSpan("a")
        for status in all { span.setStatus(status) }
        span.end()
        return bench.last.status
      }
      #expect(status() == .unset)
      #expect(status(.init(code: .error)) == .error())
      #expect(status(.init(code: .error, message: "m")) == .error("m"))
      #expect(status(.init(code: .error, message: "m"), .init(code: .error)) == .error("m"))
      #expect(status(.init(code: .error, message: "m"), .init(code: .error, message: "n")) == .error("n"))
      #expect(status(.init(code: .error), .init(code: .error, message: "n")) == .error("n"))
      #expect(status(.init(code: .ok), .init(code: .error, message: "m")) == .ok)
      #expect(status(.init(code: .error, message: "m"), .init(code: .ok)) == .ok)
    }

    @Test func nothingChangesAfterTheEndAndReadingWorks() throws {
      let span = try bench.tracers().distributed.startSpan("a")
      span.attributes["k"] = 1
      span.end(at: Instant.at(.max))
      span.operationName = "b"
      span.attributes["k"] = 2
      span.attributes = ["x": 1]
      span.updateAttributes { $0["y"] = 1 }
      span.setStatus(.init(code: .error))
      span.addEvent("late")
      span.recordError(Failure())
      span.addLink(span)
      span.end(at: Instant.at(1))
      #expect(!span.isRecording && span.operationName == "a" && span.attributes == ["k": 1])
      #expect(bench.ended.count == 1 && bench.last.endTimeUnixNano == .max && bench.last.events.isEmpty)
      #expect(bench.last.attributes == ["k": 1] && bench.last.status == .unset && bench.last.links.isEmpty)
    }

    @Test func aSpanThatIsNotRecordedIgnoresEverything() throws {
      let span = try bench.tracers(AlwaysOffSampler()).distributed.startSpan("a")
      #expect(!span.isRecording && span.operationName == "a" && span.spanContext.isValid)
      span.attributes["k"] = 1
      span.attributes = ["k": 1]
      span.updateAttributes { _ in Issue.record("the closure ran") }
      span.operationName = "b"
      span.addEvent("e")
      span.recordError(Failure())
      span.setStatus(.init(code: .ok))
      span.addLink(span)
      span.end()
      #expect(span.attributes.isEmpty && span.operationName == "a" && bench.ended.isEmpty)
    }

    @Test("a span that is never ended is counted")
    func abandoned() throws {
      let tracer = try bench.tracers().distributed
      do {
        let span = tracer.startSpan("lost")
        span.attributes["k"] = 1
        ServiceContext.withValue(span.context) { #expect(tracer.activeSpan(identifiedBy: .current!) != nil) }
      }
      #expect(bench.abandoned == 1 && bench.ended.isEmpty)
    }

    @Test func aSpanDoesNotKeepItsAncestors() throws {
      let tracer = try bench.tracers().distributed
      var context = ServiceContext.topLevel
      context[OtherKey.self] = "kept"
      // Each span is the parent of the next one, and none ends: all but the last are released.
      for _ in 0..<100 { context = tracer.startSpan("link", context: context).context }
      #expect(bench.abandoned == 99 && context[OtherKey.self] == "kept")
    }
  }
#endif
