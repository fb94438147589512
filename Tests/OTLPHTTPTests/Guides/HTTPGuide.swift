#if HTTP
  import Foundation
  import OTLPHTTP
  import OTLPTesting
  import TelemetrySDK
  import TestThreads
  import Testing

  /// The code of the documentation's page "OTLPHTTP".
  @Suite(.ownThreads) struct HTTPGuide {
    @Test func anExporterOfYourOwn() async throws {
      var configuration = OTLPHTTPExporter.Configuration(endpoint: "https://collector.example.com/otlp")
      configuration.httpProtocol = .json
      configuration.headers = ["authorization": "Bearer TOKEN"]
      configuration.apply(environment: ProcessInfo.processInfo.environment)

      let exporter = try OTLPHTTPExporter(configuration)
      let spans = try BatchSpanProcessor(exporter: exporter)
      let logRecords = try BatchLogRecordProcessor(exporter: exporter.logExporter)

      #expect(await spans.shutdown(within: .seconds(5)).isComplete)
      #expect(await logRecords.shutdown(within: .seconds(5)).isComplete)
    }
  }
#endif
