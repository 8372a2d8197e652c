// An issuer, holder and verifier for tests, by the suites of Digital Bazaar and by jose. It asks the VC-API of a
// service as a conformance suite does, and compares what both sides say. On stdin: {"url", "contexts"}; on
// stdout one JSON list of {name, ok, detail}. A check is `ok` if both sides agree that a good document is good,
// and that the same document with one claim changed is not.
import { readFileSync } from 'node:fs'
import * as vc from '@digitalbazaar/vc'
import * as bbs from '@digitalbazaar/bbs-2023-cryptosuite'
import * as bls from '@digitalbazaar/bls12-381-multikey'
import * as ecJcs from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite'
import * as ec from '@digitalbazaar/ecdsa-multikey'
import { cryptosuite as ecRdfc } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite'
import * as sd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite'
import * as ed from '@digitalbazaar/ed25519-multikey'
import * as edJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite'
import { cryptosuite as edRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list'
import * as jose from 'jose'

const order = JSON.parse(readFileSync(0, 'utf8'))
const results = []

const SUITES = {
  'eddsa-rdfc-2022': { keys: () => ed.generate(), sign: () => edRdfc, verify: () => edRdfc },
  'eddsa-jcs-2022': {
    keys: () => ed.generate(), sign: edJcs.createSignCryptosuite, verify: edJcs.createVerifyCryptosuite
  },
  'ecdsa-rdfc-2019': { keys: () => ec.generate({ curve: 'P-256' }), sign: () => ecRdfc, verify: () => ecRdfc },
  'ecdsa-rdfc-2019-p384': { keys: () => ec.generate({ curve: 'P-384' }), sign: () => ecRdfc, verify: () => ecRdfc },
  'ecdsa-jcs-2019': {
    keys: () => ec.generate({ curve: 'P-256' }), sign: ecJcs.createSignCryptosuite, verify: ecJcs.createVerifyCryptosuite
  },
  'ecdsa-jcs-2019-p384': {
    keys: () => ec.generate({ curve: 'P-384' }), sign: ecJcs.createSignCryptosuite, verify: ecJcs.createVerifyCryptosuite
  },
  'ecdsa-sd-2023': {
    keys: () => ec.generate({ curve: 'P-256' }),
    sign: () => sd.createSignCryptosuite({ mandatoryPointers: ['/issuer'] }),
    disclose: (selectivePointers) => sd.createDiscloseCryptosuite({ selectivePointers }),
    verify: sd.createVerifyCryptosuite
  },
  'bbs-2023': {
    keys: () => bls.generateBbsKeyPair({ algorithm: 'BBS-BLS12-381-SHA-256' }),
    sign: () => bbs.createSignCryptosuite({ mandatoryPointers: ['/issuer'] }),
    disclose: (selectivePointers) => bbs.createDiscloseCryptosuite({ selectivePointers }),
    verify: bbs.createVerifyCryptosuite
  }
}

const documentLoader = async (url) => {
  const answer = (document) => ({ contextUrl: null, documentUrl: url, document })
  if (order.contexts[url]) return answer(order.contexts[url])
  if (url.startsWith('did:key:')) return answer(didDocument(url))
  if (url.startsWith(order.url)) return answer(await (await fetch(url)).json())
  throw new Error(`nothing is loaded from ${url}`)
}

function didDocument(url) {
  const [did, fragment] = url.split('#')
  const publicKeyMultibase = did.slice('did:key:'.length)
  const method = {
    '@context': 'https://w3id.org/security/multikey/v1',
    id: `${did}#${publicKeyMultibase}`, type: 'Multikey', controller: did, publicKeyMultibase
  }
  if (fragment) return method
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did, verificationMethod: [method], assertionMethod: [method.id], authentication: [method.id]
  }
}

async function keysOf(suite) {
  const keys = await suite.keys()
  const { publicKeyMultibase } = await keys.export({ publicKey: true })
  keys.controller = `did:key:${publicKeyMultibase}`
  keys.id = `${keys.controller}#${publicKeyMultibase}`
  return keys
}

const credential = (issuer) => ({
  '@context': ['https://www.w3.org/ns/credentials/v2', 'https://www.w3.org/ns/credentials/examples/v2'],
  id: `urn:uuid:${crypto.randomUUID()}`,
  type: ['VerifiableCredential', 'ExampleAlumniCredential'],
  issuer,
  validFrom: '2024-01-01T00:00:00Z',
  credentialSubject: { id: 'did:example:alice', name: 'Élise "A." Ω', degree: { level: 2, parts: ['a', 'b'] } }
})

async function post(path, body) {
  const response = await fetch(order.url + path, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body)
  })
  return { status: response.status, body: await response.json() }
}

async function ours(path, body, member) {
  const answer = await post(path, body)
  if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`)
  return answer.body[member]
}

const spoiled = (document) => ({ ...document, validFrom: '2024-01-01T00:00:01Z' })

async function theyAccept(document, suite) {
  const proof = new DataIntegrityProof({ cryptosuite: suite.verify() })
  const answer = await vc.verifyCredential({ credential: document, suite: proof, documentLoader })
  return answer.verified ? null : JSON.stringify(answer.error, Object.getOwnPropertyNames(answer.error)).slice(0, 600)
}

async function theyRead(document) {
  const suite = new DataIntegrityProof({ cryptosuite: edRdfc })
  const answer = await checkStatus({ credential: document, documentLoader, suite, verifyMatchingIssuers: true })
  if (!answer.verified) throw answer.error
  return answer.results[0].status
}

async function weAccept(document) {
  const { status, body } = await post('/credentials/verify', { verifiableCredential: document })
  return status === 200 ? null : JSON.stringify(body)
}

async function check(name, run) {
  try {
    const detail = await run()
    results.push({ name, ok: !detail, detail: detail ?? '' })
  } catch (error) {
    results.push({ name, ok: false, detail: `${error.message} ${(error.errors ?? []).map(String)}`.slice(0, 600) })
  }
}

async function agree(accept, document, ...more) {
  const refused = await accept(document, ...more)
  if (refused) return refused
  return (await accept(spoiled(document), ...more)) ? null : 'a changed document was accepted'
}

for (const [slug, suite] of Object.entries(SUITES)) {
  const issue = () => ours(`/vc-api/${slug}/credentials/issue`, { credential: credential('did:example:x') }, 'verifiableCredential')
  const pointers = ['/validFrom', '/credentialSubject/degree/parts/1']
  const discloseTheirs = (document) => {
    const proof = new DataIntegrityProof({ cryptosuite: suite.disclose(pointers) })
    return vc.derive({ verifiableCredential: document, suite: proof, documentLoader })
  }
  const discloseOurs = (document) => ours(
    '/credentials/derive', { verifiableCredential: document, options: { selectivePointers: pointers } }, 'verifiableCredential'
  )
  const issueTheirs = async () => {
    const keys = await keysOf(suite)
    const proof = new DataIntegrityProof({ signer: keys.signer(), cryptosuite: suite.sign() })
    return vc.issue({ credential: credential(keys.controller), suite: proof, documentLoader })
  }
  if (suite.disclose) {
    await check(`${slug}: issued and derived by us`, async () => agree(theyAccept, await discloseOurs(await issue()), suite))
    await check(`${slug}: issued by us, derived by them`, async () => {
      const derived = await discloseTheirs(await issue())
      return (await agree(theyAccept, derived, suite)) ?? agree(weAccept, derived)
    })
    await check(`${slug}: issued by them, derived by us`, async () => {
      const derived = await discloseOurs(await issueTheirs())
      return (await agree(theyAccept, derived, suite)) ?? agree(weAccept, derived)
    })
    await check(`${slug}: issued and derived by them`, async () => agree(weAccept, await discloseTheirs(await issueTheirs())))
  } else {
    await check(`${slug}: issued by us`, async () => agree(theyAccept, await issue(), suite))
    await check(`${slug}: issued by them`, async () => agree(weAccept, await issueTheirs()))
  }
}

await check('presentation: made by us', async () => {
  const suite = new DataIntegrityProof({ cryptosuite: edRdfc })
  const issued = await ours('/credentials/issue', { credential: credential('did:example:x') }, 'verifiableCredential')
  const presentation = { '@context': ['https://www.w3.org/ns/credentials/v2'], type: ['VerifiablePresentation'], verifiableCredential: [issued] }
  const made = await ours('/presentations/prove', { presentation, options: { challenge: 'c', domain: 'd' } }, 'verifiablePresentation')
  const good = await vc.verify({ presentation: made, suite, documentLoader, challenge: 'c', domain: 'd' })
  const bad = await vc.verify({ presentation: made, suite, documentLoader, challenge: 'x', domain: 'd' })
  return good.verified && !bad.verified ? null : JSON.stringify([good.error?.message, bad.verified])
})

await check('presentation: made by them', async () => {
  const keys = await keysOf(SUITES['eddsa-rdfc-2022'])
  const suite = new DataIntegrityProof({ signer: keys.signer(), cryptosuite: edRdfc })
  const issued = await vc.issue({ credential: credential(keys.controller), suite, documentLoader })
  const presentation = vc.createPresentation({ verifiableCredential: [issued], holder: keys.controller })
  const made = await vc.signPresentation({ presentation, suite, documentLoader, challenge: 'c', domain: 'd' })
  const ask = (options) => post('/presentations/verify', { verifiablePresentation: made, options })
  const answers = [await ask({ challenge: 'c', domain: 'd' }), await ask({}), await ask({ challenge: 'x', domain: 'd' })]
  return answers.map((each) => each.status).join() === '200,200,400' ? null : JSON.stringify(answers)
})

await check('status list: kept by us', async () => {
  const document = credential('did:example:x')
  const options = { credentialStatus: { type: 'BitstringStatusListEntry', statusPurpose: 'revocation' } }
  const issued = await ours('/credentials/issue', { credential: document, options }, 'verifiableCredential')
  const before = await theyRead(issued)
  await post('/credentials/status', { credentialId: document.id, credentialStatus: options.credentialStatus })
  const after = await theyRead(issued)
  return before === false && after === true ? null : `read ${before}, then ${after}`
})

for (const [slug, alg] of Object.entries({ 'vc-jose': 'ES256', 'vc-jose-es384': 'ES384', 'vc-jose-eddsa': 'EdDSA' })) {
  await check(`${slug}: issued by us`, async () => {
    const { id } = await ours(`/vc-api/${slug}/credentials/issue`, { credential: credential('did:example:x') }, 'verifiableCredential')
    const token = id.slice('data:application/vc+jwt,'.length)
    const { kid } = jose.decodeProtectedHeader(token)
    const multikey = kid.split('#')[1]
    const key = await jose.importJWK(alg === 'EdDSA' ? await edJwk(multikey) : await ec.toJwk({ keyPair: await ec.from(didDocument(kid)) }), alg)
    const { payload, protectedHeader } = await jose.jwtVerify(token, key, { typ: 'vc+jwt', algorithms: [alg] })
    return payload.issuer === kid.split('#')[0] && protectedHeader.cty === 'vc' ? null : JSON.stringify(protectedHeader)
  })
  await check(`${slug}: issued by them`, async () => {
    const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true })
    const { kty, crv, x, y } = await jose.exportJWK(publicKey)
    const did = `did:jwk:${Buffer.from(JSON.stringify({ kty, crv, x, y })).toString('base64url')}`
    const sign = (document) => new jose.SignJWT(document).setProtectedHeader({ alg, typ: 'vc+jwt', cty: 'vc', kid: `${did}#0` }).sign(privateKey)
    const envelope = (token) => ({ '@context': 'https://www.w3.org/ns/credentials/v2', type: 'EnvelopedVerifiableCredential', id: `data:application/vc+jwt,${token}` })
    const good = await sign(credential(did))
    const other = await sign(spoiled(credential(did)))
    const forged = [good.split('.')[0], other.split('.')[1], good.split('.')[2]].join('.')
    return (await weAccept(envelope(good))) ?? ((await weAccept(envelope(forged))) ? null : 'a forged token was accepted')
  })
}

async function edJwk(publicKeyMultibase) {
  const keys = await ed.from({ type: 'Multikey', publicKeyMultibase, controller: `did:key:${publicKeyMultibase}` })
  const { publicKey } = await keys.export({ publicKey: true, raw: true })
  return { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }
}

console.log(JSON.stringify(results))
