import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct BatchConfigurationTests {
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

  @Test("invalid values in code are refused by name")
  func refused() throws {
    let cases: [(String, (inout BatchConfiguration) -> Void)] = [
      ("maxQueueSize", { $0.maxQueueSize = 0 }), ("maxQueueSize", { $0.maxQueueSize = 1 << 25 }),
      ("scheduleDelay", { $0.scheduleDelay = .seconds(-1) }),
      ("maxExportBatchSize", { $0.maxExportBatchSize = 0 }),
      ("maxExportBatchSize", { $0.maxExportBatchSize = 2049 }),
      ("exportTimeout", { $0.exportTimeout = .zero }), ("maxQueueBytes", { $0.maxQueueBytes = 10 }),
      ("maxExportBatchBytes", { $0.maxExportBatchBytes = 1023 }),
      ("maxExportBatchBytes", { $0.maxExportBatchBytes = 1 << 31 }),
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

  /// An exporter with a maximum time for an attempt.
  private struct PatientExporter: LoopExporter {
    typealias Item = Thing
    var attemptTimeout: Duration?
    func export(_ batch: Batch<Thing>, deadline: Deadline) async -> ExportOutcome { .success }
  }

  @Test("attempts longer than the export timeout cause a warning at start (RULES D3)", arguments: [10, 30, 31])
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

  @Test("an empty value is unset, a delay of 0 is 0, and a timeout of 0 is no limit (RULES 2.6.1, 2.6.6)")
  func zeroAndEmpty() throws {
    let (configuration, log) = applied([
      "OTEL_BSP_MAX_QUEUE_SIZE": "", "OTEL_BSP_SCHEDULE_DELAY": "0", "OTEL_BSP_EXPORT_TIMEOUT": "0",
    ])
    #expect(configuration.maxQueueSize == 2048 && configuration.scheduleDelay == .zero)
    #expect(configuration.exportTimeout > .seconds(86_400 * 365 * 100) && log.all.isEmpty)
    try configuration.validate()
  }

  @Test(
    "an invalid value is named in a warning and the default stays (RULES 2.6.3, 2.6.5)",
    arguments: [
      "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    ], ["-1", "+5", "abc", "1.5", "99999999999999999999", "5s"])
  func invalid(_ name: String, _ value: String) {
    let (configuration, log) = applied([name: value])
    #expect(configuration == BatchConfiguration())
    #expect(log.all.count == 1 && log.all.first?.level == .warning)
    let fields = log.fields("an environment variable is ignored")
    #expect(fields["variable"] == name && fields["value"] == "'\(value)'")
  }

  @Test("a value set in code takes precedence over the environment")
  func codeWins() throws {
    let environment = [
      "OTEL_BSP_MAX_QUEUE_SIZE": "4096", "OTEL_BSP_SCHEDULE_DELAY": "1500", "OTEL_BSP_EXPORT_TIMEOUT": "10000",
      "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1024",
    ]
    let log = DiagnosticLog()
    var configuration = BatchConfiguration()
    // A value set in code counts even if equal to the default.
    configuration.maxQueueSize = 2048
    configuration.scheduleDelay = .seconds(1)
    configuration.exportTimeout = .seconds(2)
    configuration.maxExportBatchSize = 100
    let before = configuration
    configuration.apply(environment: environment, diagnostics: log.diagnostics)
    #expect(configuration == before && log.all.isEmpty)
    // All other values come from the environment.
    var other = BatchConfiguration()
    other.scheduleDelay = .seconds(1)
    other.apply(environment: environment, diagnostics: log.diagnostics)
    #expect(other.scheduleDelay == .seconds(1) && other.maxQueueSize == 4096 && other.maxExportBatchSize == 1024)
    #expect(other.exportTimeout == .seconds(10) && log.all.isEmpty)
  }

  @Test("if code and environment contradict each other, code takes precedence and a warning names the variable")
  func codeAndEnvironment() throws {
    let log = DiagnosticLog()
    var batch = BatchConfiguration { $0.maxExportBatchSize = 1000 }
    batch.apply(environment: ["OTEL_BSP_MAX_QUEUE_SIZE": "100"], diagnostics: log.diagnostics)
    #expect(batch.maxExportBatchSize == 1000 && batch.maxQueueSize == 1000)
    #expect(log.fields("an environment variable is ignored")["variable"] == "OTEL_BSP_MAX_QUEUE_SIZE")
    var queue = BatchConfiguration { $0.maxQueueSize = 100 }
    queue.apply(environment: ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "200"], diagnostics: log.diagnostics)
    #expect(queue.maxExportBatchSize == 100 && queue.maxQueueSize == 100 && log.all.count == 2)
    for configuration in [batch, queue] { try configuration.validate() }
  }

  @Test("a small queue lowers the default batch size")
  func smallQueue() throws {
    let configuration = BatchConfiguration { $0.maxQueueSize = 10 }
    try configuration.validate()
    #expect(configuration.maxExportBatchSize == 10)
  }

  @Test("a batch size above the queue size is lowered to the queue size, with a warning (RULES 4.7.7)")
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
