#if DistributedTracing
  import TelemetryCore
  import TelemetrySDK
  import TelemetryTracing
  import TestThreads
  import Testing
  import Tracing

  /// Programs that use both APIs: libraries that trace by swift-distributed-tracing, and an application that uses ours.
  @Suite(.ownThreads) struct MixedContextTests {
    private let bench = TracingBench()

    private func parent(_ name: String) -> String? {
      guard let id = bench.ended(name)?.parentSpanID, id.isValid else { return nil }
      return bench.ended.first { $0.spanID == id }?.name
    }

    @Test func eachSpanIsTheChildOfTheInnerOne() throws {
      let (theirs, ours) = try bench.tracers()
      theirs.withSpan("1 theirs") { _ in
        ours.withSpan("2 ours") { _ in
          theirs.withSpan("3 theirs") { _ in
            ours.startSpan("4 ours").end()
            theirs.startSpan("4 theirs").end()
            ours.withSpan("4 within") { _ in theirs.startSpan("5 theirs").end() }
          }
          theirs.startSpan("3 beside").end()
          ours.startSpan("3 ours").end()
        }
        ours.startSpan("2 after").end()
        theirs.startSpan("2 theirs").end()
      }
      let expected = [
        "2 ours": "1 theirs", "3 theirs": "2 ours", "4 ours": "3 theirs", "4 theirs": "3 theirs",
        "4 within": "3 theirs", "5 theirs": "4 within", "3 beside": "2 ours", "3 ours": "2 ours",
        "2 after": "1 theirs", "2 theirs": "1 theirs",
      ]
      for (child, name) in expected { #expect(parent(child) == name, "\(child)") }
      #expect(parent("1 theirs") == nil && bench.ended.count == expected.count + 1)
    }

    @Test func ourSpanMayBeTheOuterOne() async throws {
      let (theirs, ours) = try bench.tracers()
      await ours.withSpan("1 ours") { _ in
        await theirs.withSpan("2 theirs") { _ in
          await Task { ours.withSpan("3 ours") { _ in theirs.startSpan("4 theirs").end() } }.value
        }
        theirs.startSpan("2 beside").end()
      }
      #expect(parent("2 theirs") == "1 ours" && parent("3 ours") == "2 theirs" && parent("4 theirs") == "3 ours")
      #expect(parent("2 beside") == "1 ours" && parent("1 ours") == nil)
    }

    @Test func aContextThatTheCallerChoseWins() throws {
      let (theirs, ours) = try bench.tracers()
      let stored = theirs.startSpan("stored")
      ours.withSpan("ours") { _ in
        theirs.startSpan("chosen", context: stored.context).end()
        theirs.withSpan("theirs") { _ in
          theirs.startSpan("top", context: .topLevel).end()
          ours.startSpan("explicit", parent: TraceContext(stored.context)).end()
          ours.startSpan("root", parent: TraceContext()).end()
        }
        var out: [String: String] = [:]
        theirs.inject(stored.context, into: &out, using: HeaderCarrier())
        #expect(out["traceparent"]?.contains(stored.spanContext.spanID.description) == true)
      }
      stored.end()
      #expect(parent("chosen") == "stored" && parent("explicit") == "stored" && parent("theirs") == "ours")
      #expect(parent("top") == nil && parent("root") == nil)
    }

    @Test func theCurrentContextOfOurAPIKnowsTheirSpan() throws {
      let (theirs, ours) = try bench.tracers()
      theirs.withSpan("theirs") { span in
        #expect(TraceContext.current.spanContext == span.spanContext)
        var headers: [String: String] = [:]
        CompositePropagator.standard.inject(into: &headers)
        #expect(headers["traceparent"]?.contains(span.spanContext.spanID.description) == true)
        ours.withSpan("ours") { inner in
          #expect(TraceContext.current.spanContext == inner.context)
          var out: [String: String] = [:]
          theirs.inject(.current ?? .topLevel, into: &out, using: HeaderCarrier())
          #expect(out["traceparent"]?.contains(inner.context.spanID.description) == true)
        }
      }
      #expect(!TraceContext.current.spanContext.isValid)
    }

    @Test func theirBaggageAndOursAreTheSame() throws {
      let (theirs, ours) = try bench.tracers()
      var context = ServiceContext.topLevel
      theirs.extract(["baggage": "user=u"], into: &context, using: HeaderCarrier())
      ServiceContext.withValue(context) {
        #expect(TraceContext.current.baggage["user"] == "u")
        ours.withSpan("ours") { _ in
          theirs.withSpan("theirs") { span in #expect(TraceContext(span.context).baggage["user"] == "u") }
        }
      }
    }
  }
#endif
