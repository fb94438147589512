import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import SwiftOTLP

@Suite(.ownThreads) struct TelemetrySetupTests {
  private let log = EventLog()

  private func setup(_ environment: [String: String], _ change: (inout Telemetry.Configuration) -> Void = { _ in })
    -> TelemetrySetup
  { TelemetrySetup(.test(environment, log, change)) }

  @Test("without code and environment each value is the default")
  func defaults() {
    let setup = setup([:])
    #expect(!setup.isDisabled.value && setup.isDisabled.source == .standard)
    #expect(setup.sampler.value.description.hasPrefix("ParentBased"))
    #expect(setup.propagator.value.fields == ["traceparent", "tracestate", "baggage"])
    #expect(setup.tracesExporters.value.map(\.description) == ["otlp"] && setup.exportsOTLP)
    #expect(setup.otlpProtocol.value == "grpc" && setup.otlpProtocol.source == .standard)
    #expect(setup.spanLimits == SpanLimits() && setup.batch == BatchConfiguration())
    #expect(setup.otlp.endpoint == "http://localhost:4317")
    #expect(setup.serviceNameSource == .standard)
    #expect("\(setup.resource.attributes["service.name"]!)".contains("unknown_service"))
    #expect(log.lines.isEmpty)
  }

  @Test("each variable has its effect")
  func variables() {
    let setup = setup([
      "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25", "OTEL_PROPAGATORS": "b3,baggage",
      "OTEL_TRACES_EXPORTER": " Console , otlp,console", "OTEL_SERVICE_NAME": "shop",
      "OTEL_RESOURCE_ATTRIBUTES": "service.name=other,k=a%2Cb",
      "OTEL_BSP_SCHEDULE_DELAY": "10", "OTEL_BSP_EXPORT_TIMEOUT": "20", "OTEL_BSP_MAX_QUEUE_SIZE": "30",
      "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "15", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "1",
      "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT": "2", "OTEL_SPAN_EVENT_COUNT_LIMIT": "3",
      "OTEL_SPAN_LINK_COUNT_LIMIT": "4", "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT": "5",
      "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT": "6",
      "OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:1", "OTEL_EXPORTER_OTLP_HEADERS": "x=y",
      "OTEL_EXPORTER_OTLP_TIMEOUT": "7", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
      "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "GRPC",
    ])
    #expect(setup.sampler.value.description == "TraceIdRatioBased{0.250000}")
    #expect(setup.sampler.source == .environment(variable: "OTEL_TRACES_SAMPLER"))
    #expect(setup.propagator.value.fields.contains("b3") && !setup.propagator.value.fields.contains("traceparent"))
    #expect(setup.tracesExporters.value.map(\.description) == ["console", "otlp"])
    #expect(setup.resource.attributes["service.name"] == "shop" && setup.resource.attributes["k"] == "a,b")
    #expect(setup.serviceNameSource == .environment(variable: "OTEL_SERVICE_NAME"))
    #expect(setup.batch.scheduleDelay == .milliseconds(10) && setup.batch.exportTimeout == .milliseconds(20))
    #expect(setup.batch.maxQueueSize == 30 && setup.batch.maxExportBatchSize == 15)
    let limits = setup.spanLimits
    #expect(limits.attributeCountLimit == 1 && limits.attributeValueLengthLimit == 2 && limits.eventCountLimit == 3)
    #expect(limits.linkCountLimit == 4 && limits.attributePerEventCountLimit == 5)
    #expect(limits.attributePerLinkCountLimit == 6)
    #expect(setup.otlp.endpoint == "http://a:1" && setup.otlp.headers["x"] == "y")
    #expect(setup.otlp.timeout == .milliseconds(7) && setup.otlp.compression == .gzip)
    #expect(setup.otlpProtocol.source == .environment(variable: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"))
    #expect(log.lines.isEmpty)
  }

  @Test("code wins value by value, and its variables aren't read")
  func code() {
    let environment = [
      "OTEL_SDK_DISABLED": "maybe", "OTEL_TRACES_SAMPLER": "bogus", "OTEL_PROPAGATORS": "bogus",
      "OTEL_TRACES_EXPORTER": "bogus", "OTEL_LOG_LEVEL": "bogus", "OTEL_SERVICE_NAME": "environment",
      "OTEL_BSP_MAX_QUEUE_SIZE": "4096", "OTEL_BSP_SCHEDULE_DELAY": "10", "OTEL_SPAN_EVENT_COUNT_LIMIT": "3",
      "OTEL_SPAN_LINK_COUNT_LIMIT": "4", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:1",
      "OTEL_EXPORTER_OTLP_TIMEOUT": "7",
    ]
    let setup = setup(environment) {
      $0.isDisabled = false
      $0.sampler = AlwaysOffSampler()
      $0.propagators = []
      $0.tracesExporters = [.otlp]
      $0.logLevel = .debug
      $0.serviceName = "code"
      $0.otlpProtocol = .grpc
      $0.batch.scheduleDelay = .seconds(1)
      $0.spanLimits.eventCountLimit = 9
      $0.otlp.endpoint = "http://b:2"
    }
    #expect(log.lines.isEmpty, "\(log.lines)")
    #expect(setup.sampler.value.description == "AlwaysOffSampler" && setup.sampler.source == .code)
    #expect(setup.propagator.value.fields.isEmpty && setup.propagator.source == .code)
    #expect(setup.resource.attributes["service.name"] == "code" && setup.serviceNameSource == .code)
    #expect(setup.batch.scheduleDelay == .seconds(1) && setup.batch.maxQueueSize == 4096)
    #expect(setup.spanLimits.eventCountLimit == 9 && setup.spanLimits.linkCountLimit == 4)
    #expect(setup.otlp.endpoint == "http://b:2" && setup.otlp.timeout == .milliseconds(7))
  }

  @Test("the resource of code wins over the environment, and that over detectors")
  func resource() {
    struct Detector: ResourceDetector {
      func detect() -> Resource { Resource(["a": "detector", "b": "detector", "c": "detector"]) }
    }
    let setup = setup(["OTEL_RESOURCE_ATTRIBUTES": "a=environment,b=environment,service.name=listed"]) {
      $0.detectors = [Detector()]
      $0.resource = Resource(["a": "code"])
    }
    let attributes = setup.resource.attributes
    #expect(attributes["a"] == "code" && attributes["b"] == "environment" && attributes["c"] == "detector")
    #expect(setup.serviceNameSource == .environment(variable: "OTEL_RESOURCE_ATTRIBUTES"))
    #expect(self.setup([:]) { $0.detectors = nil }.resource.attributes["host.name"] != nil)
  }

  @Test(
    "a bad value is named in a warning and ignored (2.6)",
    arguments: [
      ("OTEL_SDK_DISABLED", "yes", "true or false"),
      ("OTEL_TRACES_SAMPLER", "jaeger_remote", "parentbased_traceidratio"),
      ("OTEL_PROPAGATORS", "b4", "tracecontext"),
      ("OTEL_TRACES_EXPORTER", "zipkin", "otlp, console, otlp/stdout or none"),
      ("OTEL_LOGS_EXPORTER", "logging", "otlp, console, otlp/stdout or none"),
      ("OTEL_EXPORTER_OTLP_PROTOCOL", "thrift", "grpc, http/protobuf, http/json"),
      ("OTEL_LOG_LEVEL", "loud", "debug, info, warn, error or none"),
      ("OTEL_BSP_SCHEDULE_DELAY", "-1", "0 to 86400000"),
      ("OTEL_SPAN_LINK_COUNT_LIMIT", "x", "0 to 2147483647"),
      ("OTEL_CONFIG_FILE", "/etc/otel.yaml", "declarative configuration isn't built"),
      ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "none or gzip"),
    ])
  func badValues(_ variable: String, _ value: String, _ allowed: String) throws {
    let setup = setup([variable: value])
    let line = try #require(log.lines.first)
    #expect(line.contains("variable=\(variable)") && line.contains("value='\(value)'") && line.contains(allowed))
    #expect(!setup.isDisabled.value && setup.tracesExporters.value.map(\.description) == ["otlp"])
    #expect(setup.propagator.value.fields.contains("traceparent") && setup.otlpProtocol.value == "grpc")
    #expect(setup.logLevel.source == .standard && setup.spanLimits == SpanLimits())
  }

  @Test("unknown exporters beside known ones are ignored, and none exports nothing")
  func exporters() {
    #expect(setup(["OTEL_TRACES_EXPORTER": "zipkin,console"]).tracesExporters.value.map(\.description) == ["console"])
    #expect(log.lines.count == 1)
    #expect(setup(["OTEL_TRACES_EXPORTER": "none"]).tracesExporters.value.isEmpty)
    #expect(!setup(["OTEL_TRACES_EXPORTER": "none"]).exportsOTLP)
    #expect(setup(["OTEL_TRACES_EXPORTER": " "]).tracesExporters.source == .standard)
  }

  @Test(
    "a list that may be a secret isn't shown word by word", arguments: ["OTEL_TRACES_EXPORTER", "OTEL_PROPAGATORS"])
  func secretList(_ variable: String) {
    _ = setup([variable: "hunter2\nhunter2"])
    #expect(!log.lines.isEmpty && !log.lines.contains { $0.contains("hunter2") }, "\(log.lines)")
  }

  @Test("variables of an exporter that isn't used aren't read")
  func unusedExporter() {
    let environment = [
      "OTEL_EXPORTER_OTLP_TIMEOUT": "x", "OTEL_TRACES_EXPORTER": "console", "OTEL_LOGS_EXPORTER": "none",
    ]
    #expect(setup(environment).otlp.timeout == .seconds(10) && log.lines.isEmpty)
  }

  #if HTTP
    @Test("values of code for the protocol that isn't used are named, unless the other has them too")
    func otherProtocol() {
      func warnings(
        _ environment: [String: String], _ change: (inout Telemetry.Configuration) -> Void
      ) -> [String] {
        let log = EventLog()
        _ = TelemetrySetup(.test(environment, log, change))
        return log.lines
      }
      let http = ["OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"]
      let both: (inout Telemetry.Configuration) -> Void = {
        $0.otlp.endpoint = "https://collector:4317"
        $0.otlp.headers = ["authorization": "secret"]
        $0.otlpHTTP.logsEndpoint = "https://collector:4318/v1/logs"
      }
      let message = "values of code have no effect: they are for another protocol options="
      #expect(warnings(http) { _ in } == [] && warnings([:]) { $0.otlp.endpoint = "http://a" } == [])
      #expect(warnings(http) { $0.otlpHTTP.endpoint = "http://a" } == [])
      #expect(
        warnings(http) { $0.otlp.endpoint = "http://a" }
          == [message + "otlp.endpoint protocol=http/protobuf chosenBy=OTEL_EXPORTER_OTLP_PROTOCOL"])
      #expect(
        warnings(http, both)
          == [message + "otlp.headers protocol=http/protobuf chosenBy=OTEL_EXPORTER_OTLP_PROTOCOL"])
      #expect(warnings([:], both) == [])
      #expect(
        warnings([:]) { $0.otlpHTTP.tracesEndpoint = "http://a" }
          == [message + "otlpHTTP.endpoint protocol=grpc chosenBy=otlpProtocol"])
    }
  #endif
}
