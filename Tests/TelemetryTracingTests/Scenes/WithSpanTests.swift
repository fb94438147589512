#if DistributedTracing
  import TelemetryCore
  import TelemetrySDK
  import TelemetryTracing
  import TestThreads
  import Testing
  import Tracing

  /// Every form of `withSpan`, on the concrete tracer, through `any Tracer`, and through the global functions.
  @Suite(.ownThreads) struct WithSpanTests {
    private static let global = Result {
      let bench = TracingBench()
      // Once in a process: a second bootstrap stops the program.
      InstrumentationSystem.bootstrap(try bench.tracers().distributed)
      return bench
    }

    private let bench = TracingBench()

    @Test func theSpanIsTheCurrentOneInTheBodyAndEndsWithIt() throws {
      let tracer = try bench.tracers().distributed
      let result = tracer.withSpan("outer", ofKind: .server) { outer in
        #expect(tracer.activeSpan(identifiedBy: .current!)?.spanContext == outer.spanContext)
        tracer.withSpan("inner", at: Instant.at(3)) { #expect($0.isRecording) }
        return 7
      }
      #expect(result == 7 && ServiceContext.current == nil)
      #expect(bench.ended.map(\.name) == ["inner", "outer"] && bench.ended[0].startTimeUnixNano == 3)
      #expect(bench.ended[0].parentSpanID == bench.ended[1].spanID)
    }

    @Test func theAsynchronousFormsReachChildTasks() async throws {
      let tracer = try bench.tracers().distributed
      await tracer.withSpan("outer") { _ in
        await tracer.withSpan("middle", at: DefaultTracerClock.now) { _ in
          await withTaskGroup(of: Void.self) { group in
            group.addTask { tracer.withSpan("leaf") { _ in } }
          }
          await Task { tracer.startSpan("task").end() }.value
          await Task.detached { tracer.startSpan("detached").end() }.value
        }
      }
      let middle = try #require(bench.ended("middle"))
      #expect(middle.parentSpanID == bench.ended("outer")?.spanID)
      #expect(bench.ended("leaf")?.parentSpanID == middle.spanID && bench.ended("task")?.parentSpanID == middle.spanID)
      #expect(bench.ended("detached")?.parentSpanID == .invalid)
    }

    @Test func anErrorThatLeavesTheBodyIsRecorded() async throws {
      let tracer = try bench.tracers().distributed
      #expect(throws: Failure.self) { try tracer.withSpan("a") { _ in throw Failure() } }
      #expect(bench.last.status.code == .error && bench.last.events.map(\.name) == ["exception"])
      await #expect(throws: Failure.self) {
        try await tracer.withSpan("b") { span in
          span.setStatus(.init(code: .error, message: "card declined"))
          await Task.yield()
          throw Failure()
        }
      }
      #expect(bench.last.status == .error("card declined") && bench.last.events.count == 1)
      #expect(throws: Failure.self) {
        try tracer.withSpan("c") { span in
          span.setStatus(.init(code: .ok))
          throw Failure()
        }
      }
      #expect(bench.last.status == .ok)
    }

    @Test func anExistentialTracerWorksTheSame() async throws {
      let tracer: any Tracer = try bench.tracers().distributed
      tracer.withAnySpan("outer") { outer in
        outer.attributes["k"] = 1
        let inner = tracer.startAnySpan("inner")
        inner.end()
      }
      await tracer.withAnySpan("async") { span in
        await Task.yield()
        span.updateAttributes { $0["k"] = 2 }
      }
      #expect(bench.ended.map(\.name) == ["inner", "outer", "async"])
      #expect(bench.ended[0].parentSpanID == bench.ended[1].spanID && bench.ended[1].attributes == ["k": 1])
      #expect(bench.ended[2].attributes == ["k": 2])
    }

    @Test func theGlobalFunctionsUseTheBootstrappedTracer() async throws {
      let bench = try Self.global.get()
      let name = "global \(UInt64.random(in: 0 ... .max))"
      await withSpan(name) { span in
        span.attributes["k"] = "v"
        await withSpan("inner \(name)", ofKind: .client) { _ in await Task.yield() }
        let started = startSpan("started \(name)", at: Instant.at(4))
        started.end(at: Instant.at(5))
        withSpan("sync \(name)") { $0.addEvent("e") }
        InstrumentationSystem.tracer.withAnySpan("any \(name)") { _ in }
      }
      let outer = try #require(bench.ended(name))
      #expect(outer.attributes == ["k": "v"])
      for prefix in ["inner", "started", "sync", "any"] {
        #expect(bench.ended("\(prefix) \(name)")?.parentSpanID == outer.spanID, "\(prefix)")
      }
      #expect(bench.ended("started \(name)")?.endTimeUnixNano == 5)
      #expect(
        InstrumentationSystem.tracer is DistributedTracer && InstrumentationSystem.instrument is DistributedTracer)
    }
  }
#endif
