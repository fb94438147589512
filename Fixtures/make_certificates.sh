#!/bin/sh
# Makes the certificates that the tests use: make_certificates.sh [DIRECTORY]; without one, TLS beside this script.
# Does nothing if they are there already. Several runs at once do no harm: the first one to end wins.
#
#   ca.pem                the authority of all but other_*        ca.der     the same, not PEM
#   other_ca.pem          another authority
#   server.pem .key       localhost, *.wild.example, 127.0.0.1, ::1
#   other_name.pem .key   other.example, 192.0.2.1
#   no_name.pem .key      no subjectAltName, only the common name localhost
#   other_server.pem .key localhost, from the other authority
#   self_signed.pem .key  localhost, from nobody
#   expired.pem .key      localhost, until 2001                   future.pem .key  localhost, from 2090
#   chain.pem .key        localhost, through an intermediate authority, which is in the file
#   client.pem .key       a client                                other_client.pem .key  one of the other authority
#   encrypted.key         server.key with a passphrase            rsa.pem .key  localhost, RSA
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$here/TLS}
[ -e "$target/ready" ] && exit 0
mkdir -p "$(dirname "$target")"
# Absolute, for the work is done in another folder.
target=$(cd "$(dirname "$target")" && pwd)/$(basename "$target")
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

past=20200101000000Z
future=20890101000000Z

cat > configuration <<'END'
[ca]
default_ca = authority
[authority]
database = index
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
email_in_dn = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[localhost]
basicConstraints = critical,CA:false
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost,DNS:*.wild.example,IP:127.0.0.1,IP:::1
[other]
basicConstraints = critical,CA:false
extendedKeyUsage = serverAuth
subjectAltName = DNS:other.example,IP:192.0.2.1
[nameless]
basicConstraints = critical,CA:false
extendedKeyUsage = serverAuth
[client]
basicConstraints = critical,CA:false
extendedKeyUsage = clientAuth
END

# request NAME COMMON_NAME [KEY_OPTIONS...]: a key and a request for a certificate.
request() {
  name=$1
  common=$2
  shift 2
  [ $# -gt 0 ] || set -- -algorithm EC -pkeyopt ec_paramgen_curve:P-256
  openssl genpkey "$@" -out "$name.key" 2>> log
  openssl req -new -config configuration -key "$name.key" -subj "/CN=$common" -out "$name.csr" 2>> log
}

# sign NAME EXTENSIONS FROM UNTIL AUTHORITY (itself for a root). `ca` is the one command that takes both dates.
sign() {
  : > index
  if [ "$1" = "$5" ]; then set -- "$@" -selfsign; else set -- "$@" -cert "$5.pem"; fi
  openssl ca -batch -notext -config configuration -in "$1.csr" -out "$1.pem" -extensions "$2" \
    -startdate "$3" -enddate "$4" -keyfile "$5.key" $(shift 5; echo "$@") 2>> log
}

make() { request "$1" "$2" && sign "$1" "$3" "${5:-$past}" "${6:-$future}" "$4"; }

{
  make ca "swift-otlp test authority" root ca
  make other_ca "another test authority" root other_ca
  make middle "intermediate test authority" intermediate ca
  make server localhost localhost ca
  make other_name other.example other ca
  make no_name localhost nameless ca
  make other_server localhost localhost other_ca
  make self_signed localhost localhost self_signed
  make expired localhost localhost ca 20000101000000Z 20010101000000Z
  make future localhost localhost ca 20900101000000Z 20910101000000Z
  make chain localhost localhost middle
  make client "test client" client ca
  make other_client "another test client" client other_ca
  request rsa localhost -algorithm RSA -pkeyopt rsa_keygen_bits:2048
  sign rsa localhost "$past" "$future" ca
  cat middle.pem >> chain.pem
  openssl x509 -in ca.pem -outform DER -out ca.der
  openssl pkey -in server.key -aes128 -passout pass:secret -out encrypted.key
} || {
  cat log >&2
  exit 1
}

rm -f ./*.csr index* configuration log middle.* [0-9A-F][0-9A-F]*.pem
chmod 755 .
touch ready
mv -T "$work" "$target" 2> /dev/null || [ -e "$target/ready" ]
