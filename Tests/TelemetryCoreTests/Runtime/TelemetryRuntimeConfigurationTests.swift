import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct TelemetryRuntimeConfigurationTests {
  @Test("an error names the value outside of its range")
  func refused() {
    let cases: [(String, (inout TelemetryRuntime.Configuration) -> Void)] = [
      ("workerThreads", { $0.workerThreads = 0 }), ("workerThreads", { $0.workerThreads = 65 }),
      ("maxBlockingThreads", { $0.maxBlockingThreads = 0 }), ("maxBlockingThreads", { $0.maxBlockingThreads = 257 }),
      ("threadStackSize", { $0.threadStackSize = 1 << 16 }), ("threadStackSize", { $0.threadStackSize = 1 << 27 }),
      ("threadNamePrefix", { $0.threadNamePrefix = "" }),
      ("threadNamePrefix", { $0.threadNamePrefix = "much too long" }),
      ("threadNamePrefix", { $0.threadNamePrefix = "a b" }), ("threadNamePrefix", { $0.threadNamePrefix = "ä" }),
      ("threadKeepAlive", { $0.threadKeepAlive = .seconds(-1) }),
      ("threadKeepAlive", { $0.threadKeepAlive = .seconds(3601) }),
    ]
    for (name, change) in cases {
      var configuration = TelemetryRuntime.Configuration()
      change(&configuration)
      let error = #expect(throws: ConfigurationError.self) { _ = try TelemetryRuntime(configuration) }
      #expect(error?.option == name)
    }
  }

  @Test func presetsAreValid() throws {
    for preset in [TelemetryRuntime.Configuration.development, .production, .highThroughput] { try preset.validate() }
    #expect(TelemetryRuntime.Configuration.production == TelemetryRuntime.Configuration())
    #expect(TelemetryRuntime.Configuration.development.maxBlockingThreads == 1)
    #expect(TelemetryRuntime.Configuration.highThroughput.workerThreads == max(1, min(64, ThreadSystem.coreCount)))
  }

  @Test("each extreme value makes a runtime or an error that names the option")
  func runtimeConfigurations() {
    func check(_ option: String, _ change: (inout TelemetryRuntime.Configuration) -> Void) {
      var configuration = TelemetryRuntime.Configuration()
      change(&configuration)
      do throws(ConfigurationError) {
        _ = try TelemetryRuntime(configuration)
      } catch {
        #expect(error.option == option)
        #expect(error.description.utf8.count < 5000 && !error.description.contains("\n"))
      }
    }
    for value in Extremes.integers {
      check("workerThreads") { $0.workerThreads = value }
      check("maxBlockingThreads") { $0.maxBlockingThreads = value }
      check("threadStackSize") { $0.threadStackSize = value }
    }
    for value in Extremes.durations { check("threadKeepAlive") { $0.threadKeepAlive = value } }
    for value in Extremes.texts { check("threadNamePrefix") { $0.threadNamePrefix = value } }
  }
}
