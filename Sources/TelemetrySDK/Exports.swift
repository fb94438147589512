@_exported public import TelemetryCore
