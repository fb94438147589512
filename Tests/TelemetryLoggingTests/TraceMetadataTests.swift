#if Logging
  import Logging
  import TelemetryLogging
  import TelemetrySDK
  import TestThreads
  import Testing

  @Suite(.ownThreads) struct TraceMetadataTests {
    private let context = SpanContext(
      traceID: TraceID(high: 0x0af7_6519_16cd_43dd, low: 0x8448_eb21_1c80_319c), spanID: SpanID(0xb7ad_6b71_6920_3331),
      flags: .sampled)

    private func text(_ metadata: Logger.Metadata) -> [String: String] { metadata.mapValues { "\($0)" } }

    @Test func theActiveSpanIsInTheMetadata() {
      let provider = TraceMetadata().provider
      #expect(provider.get().isEmpty)
      TraceContext(context).makeCurrent {
        #expect(
          text(provider.get()) == [
            "trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331", "trace_flags": "01",
          ])
      }
      TraceContext(.invalid, baggage: ["a": "b"]).makeCurrent { #expect(provider.get().isEmpty) }
    }

    @Test func theNamesCanBeChosen() {
      var names = TraceMetadata()
      names.traceID = "trace"
      names.spanID = "span"
      names.traceFlags = "flags"
      TraceContext(context).makeCurrent {
        #expect(Set(names.provider.get().keys) == ["trace", "span", "flags"])
      }
    }

    @Test func linesOfALoggerLeadToTheirSpan() throws {
      let lines = LineLog()
      let logger = Logger(label: "app") { _ in lines.handler(TraceMetadata().provider) }
      let provider = try TracerProvider(
        resource: Resource(), processors: [SimpleSpanProcessor(exporter: InMemorySpanExporter())], diagnostics: .silent)
      provider.tracer("a").withSpan("a") { span in
        logger.info("inside", metadata: ["k": "v"])
        #expect(lines.all.last?.metadata["span_id"] == span.context.spanID.description)
        #expect(lines.all.last?.metadata["k"] == "v")
      }
      logger.info("outside")
      #expect(lines.all.last?.metadata.isEmpty == true && lines.all.count == 2)
    }
  }
#endif
