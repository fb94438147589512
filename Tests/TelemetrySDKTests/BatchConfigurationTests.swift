import TelemetryCore
import TelemetrySDK
import Testing

@Suite struct BatchConfigurationTests {
  @Test func defaultsAreTheSpecifications() throws {
    let configuration = BatchConfiguration()
    try configuration.validate()
    #expect(configuration.maxQueueSize == 2048 && configuration.maxExportBatchSize == 512)
    #expect(configuration.scheduleDelay == .seconds(5) && configuration.exportTimeout == .seconds(30))
    #expect(configuration.maxQueueBytes == 32 << 20 && configuration.overflow == .dropNewest)
  }

  @Test func bytesGrowWithTheQueueUnlessTheyAreGiven() {
    var configuration = BatchConfiguration()
    configuration.maxQueueSize = 65_536
    #expect(configuration.maxQueueBytes == 64 << 20)
    configuration.maxQueueBytes = 1 << 20
    #expect(configuration.maxQueueBytes == 1 << 20)
  }

  @Test("values in code that can't be used are refused by name")
  func refused() throws {
    let cases: [(String, (inout BatchConfiguration) -> Void)] = [
      ("maxQueueSize", { $0.maxQueueSize = 0 }), ("maxQueueSize", { $0.maxQueueSize = 1 << 25 }),
      ("scheduleDelay", { $0.scheduleDelay = .seconds(-1) }),
      ("maxExportBatchSize", { $0.maxExportBatchSize = 0 }),
      ("maxExportBatchSize", { $0.maxExportBatchSize = 2049 }),
      ("exportTimeout", { $0.exportTimeout = .zero }), ("maxQueueBytes", { $0.maxQueueBytes = 10 }),
      ("overflow", { $0.overflow = .block(upTo: .seconds(-1)) }),
    ]
    for (name, change) in cases {
      let error = #expect(throws: ConfigurationError.self) { try BatchConfiguration(change).validate() }
      #expect(error?.option == name)
    }
    #expect(throws: ConfigurationError.self) {
      _ = try BatchProcessor(exporter: ScriptedExporter(), configuration: .init { $0.maxExportBatchSize = 0 })
    }
  }

  /// Says how long its attempts may take.
  private struct PatientExporter: LoopExporter {
    typealias Item = Thing
    var attemptTimeout: Duration?
    func export(_ batch: [Thing], deadline: Deadline) async -> ExportOutcome { .success }
  }

  @Test("attempts longer than the export timeout are warned of at start (DESIGN 4)", arguments: [10, 30, 31])
  func attemptTimeout(seconds: Int) throws {
    let log = DiagnosticLog()
    let exporter = PatientExporter(attemptTimeout: .seconds(seconds))
    let processor = try BatchProcessor(exporter: exporter, diagnostics: log.diagnostics)
    #expect(log.messages.count == (seconds > 30 ? 1 : 0))
    _ = processor.ledger
  }

  private func applied(_ environment: [String: String]) -> (BatchConfiguration, DiagnosticLog) {
    let log = DiagnosticLog()
    var configuration = BatchConfiguration()
    configuration.apply(environment: environment, diagnostics: log.diagnostics)
    return (configuration, log)
  }

  @Test func theEnvironmentIsRead() {
    let (configuration, log) = applied([
      "OTEL_BSP_MAX_QUEUE_SIZE": "4096", "OTEL_BSP_SCHEDULE_DELAY": " 1500\r\n", "OTEL_BSP_EXPORT_TIMEOUT": "10000",
      "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1024",
    ])
    #expect(configuration.maxQueueSize == 4096 && configuration.maxExportBatchSize == 1024)
    #expect(configuration.scheduleDelay == .milliseconds(1500) && configuration.exportTimeout == .seconds(10))
    #expect(log.all.isEmpty)
  }

  @Test("empty is unset (2.6.1); a delay of 0 is 0 and a timeout of 0 no limit (2.6.6)")
  func zeroAndEmpty() throws {
    let (configuration, log) = applied([
      "OTEL_BSP_MAX_QUEUE_SIZE": "", "OTEL_BSP_SCHEDULE_DELAY": "0", "OTEL_BSP_EXPORT_TIMEOUT": "0",
    ])
    #expect(configuration.maxQueueSize == 2048 && configuration.scheduleDelay == .zero)
    #expect(configuration.exportTimeout > .seconds(86_400 * 365 * 100) && log.all.isEmpty)
    try configuration.validate()
  }

  @Test(
    "a value that can't be used is named and the default stays (2.6.3, 2.6.5)",
    arguments: [
      "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    ], ["-1", "+5", "abc", "1.5", "99999999999999999999", "5s"])
  func bad(_ name: String, _ value: String) {
    let (configuration, log) = applied([name: value])
    #expect(configuration == BatchConfiguration())
    #expect(log.all.count == 1 && log.all.first?.level == .warning)
    let fields = log.fields("an environment variable is ignored")
    #expect(fields["variable"] == name && fields["value"] == "'\(value)'")
  }

  @Test("a batch above the queue is lowered to it, with a warning (4.7.7)")
  func batchAboveQueue() throws {
    for environment in [
      ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "5000"], ["OTEL_BSP_MAX_QUEUE_SIZE": "100"],
    ] {
      let (configuration, log) = applied(environment)
      #expect(configuration.maxExportBatchSize == configuration.maxQueueSize && log.all.count == 1)
      try configuration.validate()
    }
  }
}
