#if HTTP
  internal import COTLPCURL

  /// A list of texts for libcurl.
  @safe
  struct CurlList: ~Copyable {
    let pointer: UnsafeMutablePointer<curl_slist>?

    init(_ texts: [String]) {
      var list: UnsafeMutablePointer<curl_slist>?
      for text in texts {
        // Without memory the list stays as it is.
        unsafe list = unsafe curl_slist_append(list, text) ?? list
      }
      unsafe pointer = unsafe list
    }

    deinit { unsafe curl_slist_free_all(pointer) }
  }
#endif
