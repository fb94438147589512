internal import COTLPOpenSSL

/// OpenSSL as a whole.
package enum TLSLibrary {
  /// Initializes OpenSSL without its clean-up at exit, while which a telemetry thread may still use it. The first
  /// initialization in the process decides, so this precedes the use of any library that initializes OpenSSL too.
  package static func initialize() { COTLPOpenSSL_init() }
}
