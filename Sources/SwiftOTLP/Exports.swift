@_exported public import OTLPGRPC
@_exported public import TelemetrySDK

#if HTTP
  @_exported public import OTLPHTTP
#endif
