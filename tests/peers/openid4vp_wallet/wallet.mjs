// A wallet for tests: it answers a verifier with @openid4vc/openid4vp, dcql, @sd-jwt/sd-jwt-vc and jose.
// One JSON order on stdin, one JSON answer on stdout. The order holds the link, the credential, the private
// key of its holder, the certificate of the authority over verifiers, and what to get wrong on purpose.
import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setGlobalConfig } from '@openid4vc/oauth2'
import { Openid4vpClient } from '@openid4vc/openid4vp'
import { digest, ES256, generateSalt } from '@sd-jwt/crypto-nodejs'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import { DcqlQuery } from 'dcql'
import * as jose from 'jose'

setGlobalConfig({ allowInsecureUrls: true }) // plain HTTP on loopback

const order = JSON.parse(readFileSync(0, 'utf8'))
const wrong = order.wrong ?? {}
const root = new X509Certificate(order.authority)
const hash = (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest()
const certificate = (base64) => new X509Certificate(Buffer.from(base64, 'base64'))

async function keyOf(signer) {
  if (signer.method === 'x5c') {
    const leaf = certificate(signer.x5c[0])
    if (!leaf.verify(root.publicKey)) throw new Error('not issued by the authority')
    return leaf.publicKey
  }
  const [, encoded] = /^did:jwk:([^#]+)/.exec(signer.didUrl)
  return createPublicKey({ key: JSON.parse(Buffer.from(encoded, 'base64url')), format: 'jwk' })
}

const callbacks = {
  fetch,
  hash,
  verifyJwt: async (signer, { compact }) => {
    const key = await keyOf(signer)
    await jose.compactVerify(compact, key)
    return { verified: true, signerJwk: await jose.exportJWK(key) }
  },
  getX509CertificateMetadata: (base64) => ({
    sanDnsNames: (certificate(base64).subjectAltName ?? '').split(', ')
      .filter((name) => name.startsWith('DNS:')).map((name) => name.slice(4)),
    sanUriNames: [],
  }),
  encryptJwe: async (encryptor, data) => {
    const key = await jose.importJWK(encryptor.publicJwk, encryptor.alg)
    const header = { alg: encryptor.alg, enc: encryptor.enc, kid: encryptor.publicJwk.kid }
    const jwe = await new jose.CompactEncrypt(Buffer.from(data)).setProtectedHeader(header).encrypt(key)
    return { encryptionJwk: encryptor.publicJwk, jwe }
  },
  decryptJwe: () => { throw new Error('not used') },
  signJwt: () => { throw new Error('not used') },
}

const holder = new SDJwtVcInstance({
  hasher: digest,
  hashAlg: 'sha-256',
  saltGenerator: generateSalt,
  kbSigner: await ES256.getSigner(order.holder),
  kbSignAlg: 'ES256',
})

async function presented(request, transactionData) {
  const query = DcqlQuery.parse(request.dcql_query)
  DcqlQuery.validate(query)
  const claims = await holder.getClaims(order.credential)
  const found = DcqlQuery.query(query, [{
    credential_format: 'dc+sd-jwt', vct: claims.vct, claims, cryptographic_holder_binding: true,
  }])
  if (!found.can_be_satisfied) throw new Error('the query cannot be satisfied')
  const token = {}
  for (const { id } of query.credentials) {
    const hashes = transactionData.map((one) => hash(Buffer.from(one), 'sha-256').toString('base64url'))
    const payload = {
      iat: Math.floor(Date.now() / 1000) + (wrong.seconds ?? 0),
      aud: wrong.aud ?? request.client_id,
      nonce: wrong.nonce ?? request.nonce,
      ...(hashes.length > 0 ? { transaction_data_hashes: wrong.hashes ?? hashes } : {}),
    }
    token[id] = [await holder.present(order.credential, order.frame ?? {}, { kb: { payload } })]
  }
  return token
}

async function answer() {
  const client = new Openid4vpClient({ callbacks })
  const parsed = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: order.link })
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: parsed.params,
  })
  const request = resolved.authorizationRequestPayload
  const made = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: { vp_token: await presented(request, request.transaction_data ?? []) },
    ...(request.response_mode === 'direct_post.jwt' ? {
      jarm: {
        encryption: { nonce: request.nonce },
        serverMetadata: {
          authorization_signing_alg_values_supported: [],
          authorization_encryption_alg_values_supported: ['ECDH-ES'],
          authorization_encryption_enc_values_supported: ['A128GCM', 'A256GCM'],
        },
      },
    } : {}),
  })
  const { response } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: made.authorizationResponsePayload,
    jarm: made.jarm,
  })
  return {
    prefix: resolved.client.prefix,
    version: resolved.version,
    status: response.status,
    said: await response.json(),
  }
}

try {
  console.log(JSON.stringify(await answer()))
} catch (error) {
  console.log(JSON.stringify({ failed: String(error), cause: String(error.cause ?? '') }))
}
