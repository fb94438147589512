import TelemetrySDK

extension BatchConfiguration {
  init(_ change: (inout BatchConfiguration) -> Void) {
    self.init()
    change(&self)
  }
}
