import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// A span in the hands of several threads.
@Suite(.ownThreads) struct SharedSpanTests {
  private static let threads = 8

  @Test("eight threads set one span: nothing is lost, and all is exported once")
  func settings() async throws {
    let pipeline = try Pipeline {
      $0.attributeCountLimit = 10_000
      $0.eventCountLimit = 10_000
      $0.linkCountLimit = 1000
    }
    let span = pipeline.tracer.startSpan("start")
    await onThreads(Self.threads) { number in
      for step in 0..<500 {
        span.setAttribute("own.\(number).\(step)", step)
        span.setAttribute("shared", String(repeating: "x", count: step))
        span.addEvent("\(number)", attributes: ["step": .int(Int64(step))])
        if step % 10 == 0 { span.addLink(SpanContext(traceID: TraceID(high: 1, low: 1), spanID: SpanID(7))) }
        if step % 50 == 0 { span.updateName("name \(number) \(step)") }
        if step % 100 == 0 { _ = span.data?.attributes["own.\(number).\(step)"] }
        span.setStatus(.error("\(number)"))
      }
    }
    span.end()
    let data = try #require(await pipeline.finish(ended: 1).first)
    #expect(data.attributes.count == Self.threads * 500 + 1 && data.droppedAttributesCount == 0)
    #expect(data.events.count == Self.threads * 500 && data.links.count == Self.threads * 50)
    #expect(data.name.hasPrefix("name ") && data.status.code == .error)
    for number in 0..<Self.threads {
      // Each thread's events keep their order.
      let steps = data.events.filter { $0.name == "\(number)" }.map(\.attributes)
      #expect(steps == (0..<500).map { ["step": .int(Int64($0))] })
      #expect(data.attributes["own.\(number).499"] == 499)
    }
  }

  @Test("what several threads set beyond the limits is counted, each call once")
  func droppedSettings() async throws {
    let pipeline = try Pipeline {
      $0.attributeCountLimit = 100
      $0.eventCountLimit = 10
      $0.linkCountLimit = 1
    }
    let span = pipeline.tracer.startSpan("span")
    await onThreads(Self.threads) { number in
      for step in 0..<200 {
        span.setAttribute("\(number) \(step)", true)
        span.addEvent("event")
        span.addLink(SpanContext(traceID: TraceID(high: 1, low: 1), spanID: SpanID(7)))
      }
    }
    span.end()
    let data = try #require(await pipeline.finish(ended: 1).first)
    let all = Self.threads * 200
    #expect(data.attributes.count == 100 && Int(data.droppedAttributesCount) == all - 100)
    #expect(data.events.count == 10 && Int(data.droppedEventsCount) == all - 10)
    #expect(data.links.count == 1 && Int(data.droppedLinksCount) == all - 1)
  }

  @Test("of eight threads that end a span at once, one does; what is set meanwhile is whole or absent")
  func endings() async throws {
    let pipeline = try Pipeline()
    let spans = (0..<300).map { pipeline.tracer.startSpan("span \($0)") }
    await onThreads(Self.threads) { number in
      for span in spans {
        span.setAttribute("thread.\(number)", String(repeating: "\(number)", count: 100))
        span.end(at: UInt64(number + 1))
        span.setAttribute("late", true)
        span.updateName("late")
      }
    }
    let exported = await pipeline.finish(ended: spans.count)
    for data in exported {
      #expect((1...UInt64(Self.threads)).contains(data.endTimeUnixNano) && data.name.hasPrefix("span "))
      #expect(data.attributes["late"] == nil && !data.attributes.isEmpty)
      for attribute in data.attributes {
        #expect(attribute.value == .string(String(repeating: attribute.key.last!, count: 100)))
      }
    }
    #expect(Set(exported.map(\.spanID)).count == spans.count)
  }

  @Test("a span ends on another thread, after its tracer and provider have gone out of sight")
  func otherThread() async throws {
    let exporter = InMemorySpanExporter()
    let processor = try BatchSpanProcessor(exporter: exporter)
    func start() throws -> RecordingSpan {
      try TracerProvider(resource: Resource(["a": 1]), processors: [processor]).tracer("gone").startSpan("span")
    }
    let span = try start()
    await onThreads(1) { _ in
      span.setAttribute("thread", 2)
      span.end()
    }
    #expect(await processor.shutdown(within: .seconds(60)).ledger.exported == 1)
    #expect(exporter.items.first?.resource.attributes == ["a": 1] && exporter.items.first?.attributes == ["thread": 2])
  }

  @Test("threads start spans, children of each other's, while the provider ends: the ledger counts each ended span")
  func shutdownRace() async throws {
    let pipeline = try Pipeline()
    let ended = Counter()
    let parent = TraceContext(pipeline.tracer.startSpan("parent"))
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for number in 0..<2000 {
            let span = pipeline.tracer.startSpan("\(number)", parent: parent)
            let isRecorded = span.isRecording
            span.end()
            if isRecorded { ended.increment() }
          }
        }
      }
      group.addTask { _ = await pipeline.provider.shutdown(within: .seconds(60)) }
    }
    let ledger = pipeline.processor.ledger
    #expect(ledger.isBalanced && ledger.ended == ended.value, "\(ledger)")
    #expect(ledger.exported + (ledger.dropped[.afterShutdown] ?? 0) + (ledger.dropped[.queueFull] ?? 0) == ledger.ended)
    #expect(!pipeline.tracer.startSpan("late").isRecording)
  }
}
