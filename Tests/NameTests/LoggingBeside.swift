import OTLPGRPC
import OTLPTesting
import StubLogging
import SwiftOTLP
import TelemetrySDK

/// Uses the names of `StubLogging` in a file that imports our libraries. The file compiles only if no name is ambiguous.
let namesLogging: [Any.Type] = [
  Counter.self, CounterHandler.self, FloatingPointCounter.self, FloatingPointCounterHandler.self, Gauge.self,
  LogEvent.self, LogHandler.self, Logger.self, LoggingSystem.self, MappingMetricsFactory.self, Meter.self,
  MeterHandler.self, MetricsFactory.self, MetricsSystem.self, MultiplexLogHandler.self, MultiplexMetricsHandler.self,
  NOOPMetricsHandler.self, Recorder.self, RecorderHandler.self, StreamLogHandler.self, SwiftLogNoOpLogHandler.self,
  TimeUnit.self, Timer.self, TimerHandler.self,
]

let functionsLogging: [@Sendable () -> Void] = [
  withLogger, withMetricsFactory,
]
