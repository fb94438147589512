import OTLPGRPC
import OTLPTesting
import StubLogging
import TelemetrySDK

/// A program that uses the names of `StubLogging` beside ours: it compiles only if no name of ours is one of them.
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
