/* posts the same bytes with libcurl's easy interface, on one connection. usage: curlclient PORT PAYLOAD N */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static size_t drop(char *p, size_t s, size_t n, void *u) { return s * n; }
int main(int c, char **v) {
  FILE *f = fopen(v[2], "rb");
  static char body[4 << 20];
  size_t n = fread(body, 1, sizeof body, f);
  char url[100];
  snprintf(url, sizeof url, "http://127.0.0.1:%s/v1/traces", v[1]);
  curl_global_init(CURL_GLOBAL_ALL);
  CURL *h = curl_easy_init();
  struct curl_slist *l = curl_slist_append(0, "Content-Type: application/x-protobuf");
  l = curl_slist_append(l, "Accept-Encoding: gzip");
  l = curl_slist_append(l, "Expect:");
  l = curl_slist_append(l, "Accept:");
  curl_easy_setopt(h, CURLOPT_URL, url);
  curl_easy_setopt(h, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(h, CURLOPT_HTTPHEADER, l);
  curl_easy_setopt(h, CURLOPT_USERAGENT, "OTel-OTLP-Exporter-C/1.0.0");
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt(h, CURLOPT_UPLOAD_BUFFERSIZE, 512L << 10);
  curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
  curl_easy_setopt(h, CURLOPT_POSTFIELDS, body);
  for (int i = atoi(v[3]); i > 0; i--) {
    long status = 0;
    if (curl_easy_perform(h) != CURLE_OK)
      return 1;
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
      return 2;
  }
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  printf("cpu_ms %f\n", t.tv_sec * 1e3 + t.tv_nsec / 1e6);
}
