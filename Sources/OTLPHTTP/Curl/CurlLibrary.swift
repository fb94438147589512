#if HTTP
  internal import COTLPCURL
  internal import HTTP2Transport
  internal import OTLPExport

  /// libcurl as a whole.
  enum CurlLibrary {
    /// Initializes libcurl, once. 3 is CURL_GLOBAL_ALL, a macro that Swift can't import.
    static let isReady: Bool = {
      TLSLibrary.initialize()
      return curl_global_init(3) == CURLE_OK
    }()

    /// The library's TLS, such as `OpenSSL/3.0.2`; empty without TLS.
    static var tls: String {
      guard let text = unsafe COTLPCURL_tls_version() else { return "" }
      return unsafe String(cString: text)
    }

    /// Checks that libcurl's TLS is the one that this package sets up and verifies with.
    /// - Throws: An error if it is another one.
    static func requireOpenSSL() throws(OTLPError) {
      guard !tls.hasPrefix("OpenSSL/") else { return }
      throw OTLPError(
        .system,
        "libcurl was built with '\(tls.isEmpty ? "no TLS" : tls)': TLS over HTTP needs a libcurl with OpenSSL, such as "
          + "libcurl4-openssl-dev")
    }
  }
#endif
