// A wallet for tests: it collects credentials with @openid4vc/openid4vci, signs and decrypts with jose.
// One JSON order on stdin, one JSON answer on stdout. A person's part (the approval page) is played by the
// caller: `authorize` answers with an address, `collect` goes on with the code that came back.
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { clientAuthenticationNone, setGlobalConfig } from '@openid4vc/oauth2'
import { Openid4vciClient } from '@openid4vc/openid4vci'
import * as jose from 'jose'

setGlobalConfig({ allowInsecureUrls: true }) // plain HTTP on loopback

const CLIENT_ID = 'https://wallet.example'
const REDIRECT_URI = 'https://wallet.example/callback'
const order = JSON.parse(readFileSync(0, 'utf8'))
const keys = new Map()

async function newKey() {
  const { publicKey, privateKey } = await jose.generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await jose.exportJWK(publicKey)), alg: 'ES256' }
  keys.set(await jose.calculateJwkThumbprint(jwk), privateKey)
  return { jwk, saved: await jose.exportJWK(privateKey) }
}

async function savedKey(saved) {
  const { d, ...jwk } = saved
  keys.set(await jose.calculateJwkThumbprint(jwk), await jose.importJWK(saved, 'ES256'))
  return { jwk: { ...jwk, alg: 'ES256' }, saved }
}

const callbacks = {
  fetch,
  generateRandom: (length) => randomBytes(length),
  hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
  clientAuthentication: clientAuthenticationNone({ clientId: CLIENT_ID }),
  signJwt: async (signer, { header, payload }) => {
    const key = keys.get(await jose.calculateJwkThumbprint(signer.publicJwk))
    const jwt = await new jose.SignJWT(payload).setProtectedHeader(header).sign(key)
    return { jwt, signerJwk: signer.publicJwk }
  },
  verifyJwt: async () => ({ verified: false }), // signed metadata is not asked for
  encryptJwe: () => { throw new Error('not used') },
  decryptJwe: () => { throw new Error('not used') },
}

const client = new Openid4vciClient({ callbacks })
const credentialOffer = await client.resolveCredentialOffer(order.offer)
const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer)
const [configurationId] = credentialOffer.credential_configuration_ids
const signed = (key) => ({ method: 'jwk', publicJwk: key.jwk, alg: 'ES256' })

async function authorize() {
  const dpopKey = await newKey()
  const answer = await client.initiateAuthorization({
    credentialOffer,
    issuerMetadata,
    clientId: CLIENT_ID,
    redirectUri: REDIRECT_URI,
    scope: configurationId,
    state: 'state-of-the-wallet',
    dpop: { signer: signed(dpopKey) },
  })
  return {
    address: answer.authorizationRequestUrl,
    verifier: answer.pkce.codeVerifier,
    dpop: dpopKey.saved,
  }
}

async function token(dpop) {
  if (order.response === undefined) {
    return client.retrievePreAuthorizedCodeAccessTokenFromOffer({
      credentialOffer, issuerMetadata, txCode: order.txCode, dpop,
    })
  }
  const { code } = client.parseAndVerifyAuthorizationResponseRedirectUrl({
    url: order.response,
    authorizationServerMetadata: issuerMetadata.authorizationServers[0],
  })
  return client.retrieveAuthorizationCodeAccessTokenFromOffer({
    credentialOffer, issuerMetadata, dpop,
    authorizationCode: code,
    pkceCodeVerifier: order.verifier,
    redirectUri: REDIRECT_URI,
  })
}

async function proofsOf(count) {
  const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata })
  const proofs = []
  for (let made = 0; made < count; made += 1) {
    const { jwt } = await client.createCredentialRequestJwtProof({
      issuerMetadata, nonce,
      credentialConfigurationId: configurationId,
      signer: signed(await newKey()),
      clientId: order.response === undefined ? undefined : CLIENT_ID,
    })
    proofs.push(jwt)
  }
  return proofs
}

async function collect() {
  const granted = await token({ signer: signed(order.dpop ? await savedKey(order.dpop) : await newKey()) })
  const accessToken = granted.accessTokenResponse.access_token
  const request = { issuerMetadata, accessToken, dpop: granted.dpop }
  const asked = { ...request, credentialConfigurationId: configurationId }
  asked.proofs = { jwt: await proofsOf(order.count ?? 1) }
  const first = await client.retrieveCredentials(asked)
  let answer = first.credentialResponse
  const fresh = (response) => ({ ...request.dpop, ...response.dpop }) // the newest nonce of the server
  if (answer.transaction_id !== undefined && order.approve !== undefined) {
    await fetch(order.approve.url, order.approve.request) // the registrar decides meanwhile
    const again = { ...request, dpop: fresh(first), transactionId: answer.transaction_id }
    const second = (await client.retrieveDeferredCredentials(again)).deferredCredentialResponse
    answer = { ...second, deferred: true }
  }
  if (answer.notification_id !== undefined) {
    const notification = { notificationId: answer.notification_id, event: 'credential_accepted' }
    await client.sendNotification({ ...request, dpop: fresh(first), notification })
  }
  return { ...answer, tokenType: granted.accessTokenResponse.token_type }
}

// The library sends plain requests only, so encryption is done with jose, from the metadata it resolved.
async function encrypted() {
  const granted = await token(undefined)
  const { publicKey, privateKey } = await jose.generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
  const jwk = { ...(await jose.exportJWK(publicKey)), alg: 'ECDH-ES', use: 'enc', kid: 'wallet-1' }
  const [theirs] = issuerMetadata.credentialIssuer.credential_request_encryption.jwks.keys
  const plain = {
    credential_configuration_id: configurationId,
    proofs: { jwt: await proofsOf(1) },
    credential_response_encryption: { jwk, enc: 'A256GCM' },
  }
  const body = await new jose.CompactEncrypt(new TextEncoder().encode(JSON.stringify(plain)))
    .setProtectedHeader({ alg: theirs.alg, enc: 'A128GCM', kid: theirs.kid })
    .encrypt(await jose.importJWK(theirs, theirs.alg))
  const response = await fetch(issuerMetadata.credentialIssuer.credential_endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/jwt',
      Authorization: `Bearer ${granted.accessTokenResponse.access_token}`,
    },
    body,
  })
  const { plaintext, protectedHeader } = await jose.compactDecrypt(await response.text(), privateKey)
  return { ...JSON.parse(new TextDecoder().decode(plaintext)), header: protectedHeader }
}

const parts = { authorize, collect, encrypted }
try {
  console.log(JSON.stringify(await parts[order.part]()))
} catch (error) {
  console.log(JSON.stringify({ failed: String(error), response: error.response ?? null, cause: String(error.cause ?? '') }))
}
