#if DistributedTracing
  import Dispatch
  import Synchronization
  import TelemetrySDK
  import TelemetryTracing
  import TestThreads
  import Testing
  import Tracing

  @Suite(.ownThreads) struct DistributedSpanAttributesTests {
    private let bench = TracingBench()

    private struct Described: CustomStringConvertible, Sendable {
      let description: String
    }

    @Test func everyKindOfValueIsExported() throws {
      let span = try bench.tracers().distributed.startSpan("a")
      let values: [(String, SpanAttribute, AttributeValue)] = [
        ("string", .string("s"), "s"), ("int32", .int32(-5), -5), ("int64", .int64(.max), .int(.max)),
        ("double", .double(1.5), 1.5), ("bool", .bool(true), true),
        ("strings", .stringArray(["a", "b"]), ["a", "b"]), ("int32s", .int32Array([1, -2]), [1, -2]),
        ("int64s", .int64Array([.min]), [.int(.min)]), ("doubles", .doubleArray([0.5]), [0.5]),
        ("bools", .boolArray([false]), [false]), ("described", .stringConvertible(Described(description: "d")), "d"),
        ("alldescribed", .stringConvertibleArray([Described(description: "d"), 1]), ["d", "1"]),
        ("none", .stringArray([]), .array([])),
      ]
      for (key, value, _) in values { span.attributes[key] = value }
      span.attributes["unknown"] = SpanAttribute.__DO_NOT_SWITCH_EXHAUSTIVELY_OVER_THIS_ENUM_USE_DEFAULT_INSTEAD
      span.attributes[""] = 1
      span.end()
      #expect(bench.last.attributes.count == values.count)
      for (key, _, value) in values { #expect(bench.last.attributes[key] == value, "\(key)") }
    }

    @Test func attributesAreReadReplacedAndRemoved() throws {
      let span = try bench.tracers().distributed.startSpan("a")
      span.attributes["gone"] = 1
      span.attributes["kept"] = "x"
      #expect(span.attributes.get("gone") == .int64(1) && span.attributes.count == 2)
      span.attributes["gone"] = nil
      span.attributes["kept"] = "y"
      span.attributes.merge(["merged": 2.5])
      #expect(span.attributes == ["kept": "y", "merged": 2.5])
      span.updateAttributes { attributes in
        #expect(attributes.get("kept") == .string("y"))
        attributes["updated"] = true
      }
      span.end()
      #expect(
        Dictionary(bench.last.attributes.map { ($0.key, $0.value) }) { $1 } == [
          "kept": "y", "merged": 2.5, "updated": true,
        ])
      let replaced = try bench.tracers().distributed.startSpan("b")
      replaced.attributes["a"] = 1
      replaced.attributes = ["b": 2]
      replaced.end()
      #expect(bench.last.attributes == ["b": 2])
    }

    @Test func anExistentialSpanWorksTheSame() throws {
      let span: any Tracing.Span = try bench.tracers().distributed.startSpan("a")
      span.attributes["k"] = 1
      span.updateAttributes { $0["l"] = ($0.get("k") == .int64(1)) }
      span.end()
      #expect(bench.last.attributes["k"] == 1 && bench.last.attributes["l"] == true)
    }

    @Test("the limit of attributes holds (4.5.1)")
    func limit() throws {
      var limits = SpanLimits()
      limits.attributeCountLimit = 3
      limits.attributeValueLengthLimit = 2
      let span = try bench.tracers(limits: limits).distributed.startSpan("a")
      span.updateAttributes { for number in 0..<5 { $0["k\(number)"] = "long" } }
      span.end()
      #expect(bench.last.attributes.count == 3 && bench.last.droppedAttributesCount == 2)
      #expect(bench.last.attributes.allSatisfy { $0.value == "lo" })
    }

    @Test func attributesOfTheSamplerAreReplacedByTheSpans() throws {
      struct Marking: Sampler {
        var description: String { "Marking" }
        func shouldSample(
          parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
          attributes: Attributes, links: [RecordingSpan.Link]
        ) -> SamplingResult {
          SamplingResult(.recordAndSample, attributes: ["sampler": "s", "both": "s"])
        }
      }
      let span = try bench.tracers(Marking()).distributed.startSpan("a")
      span.attributes["both"] = "span"
      span.end()
      #expect(bench.last.attributes == ["sampler": "s", "both": "span"])
    }

    @Test func valuesThatRunCodeMayUseTheSpan() throws {
      final class Nosy: CustomStringConvertible, Sendable {
        let span: DistributedSpan
        init(_ span: DistributedSpan) { self.span = span }
        var description: String {
          span.attributes["late"] = 1
          span.end()
          return span.operationName
        }
      }
      let span = try bench.tracers().distributed.startSpan("a")
      span.attributes["nosy"] = SpanAttribute.stringConvertible(Nosy(span))
      span.end()
      #expect(bench.last.attributes == ["nosy": "a"] && bench.ended.count == 1)
    }

    @Test func anEndDuringAChangeWaitsForTheChange() throws {
      let span = try bench.tracers().distributed.startSpan("a")
      span.attributes["before"] = 1
      span.updateAttributes { attributes in
        attributes["during"] = 2
        span.end(at: Instant.at(7))
        #expect(!span.isRecording && bench.ended.isEmpty)
        span.attributes["after"] = 3
        span.end(at: Instant.at(8))
      }
      #expect(bench.last.attributes["before"] == 1 && bench.last.attributes["during"] == 2)
      #expect(bench.last.attributes.count == 2 && bench.last.endTimeUnixNano == 7 && bench.ended.count == 1)
    }

    @Test func allThreadsAttributesAreKept() throws {
      var limits = SpanLimits()
      limits.attributeCountLimit = 10_000
      let tracer = try bench.tracers(limits: limits).distributed
      for _ in 0..<20 {
        let span = tracer.startSpan("a")
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
          for number in 0..<200 {
            if number.isMultiple(of: 2) {
              span.attributes["\(thread).\(number)"] = number
            } else {
              span.updateAttributes { $0["\(thread).\(number)"] = number }
            }
          }
        }
        span.end()
        #expect(bench.last.attributes.count == 800)
      }
    }

    @Test func threadsMayUseASpanThatIsNotRecorded() throws {
      let span = try bench.tracers(AlwaysOffSampler()).distributed.startSpan("a")
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        for number in 0..<1000 {
          span.attributes["\(thread)"] = number
          span.attributes = ["k": SpanAttribute.string("\(span.attributes.count)")]
          span.setStatus(.init(code: .error, message: "m"))
          span.end()
        }
      }
      #expect(span.attributes.isEmpty && bench.ended.isEmpty)
    }

    @Test func endsBesideChangesLoseNoEarlierAttribute() throws {
      let tracer = try bench.tracers().distributed
      for _ in 0..<300 {
        let span = tracer.startSpan("a")
        for number in 0..<10 { span.attributes["early\(number)"] = number }
        DispatchQueue.concurrentPerform(iterations: 3) { thread in
          if thread == 0 { span.end() } else { span.attributes["late\(thread)"] = 1 }
        }
        #expect(bench.last.attributes.filter { $0.key.hasPrefix("early") }.count == 10)
      }
      #expect(bench.ended.count == 300)
    }
  }
#endif
