// The certified provider of npm, shaped like ProConnect (SHAPE=proconnect) or Pro Santé Connect (SHAPE=psc).
// For tests alone: in memory, no password, this machine. One JSON in PEER: {shape, port, client_id, client_secret,
// redirect_uris, post_logout_redirect_uris, users: {login: claims}}. Says `ready` on its first line.
import http from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { parse } from 'node:querystring';
import { Provider } from 'oidc-provider';

const given = JSON.parse(process.env.PEER);
const psc = given.shape === 'psc';
const base = psc ? '/auth/realms/esante-wallet' : '/api/v2';
const issuer = `http://127.0.0.1:${given.port}${base}`;
const known = psc ? '/.well-known/wallet-openid-configuration' : '/.well-known/openid-configuration';
const under = psc ? '/protocol/openid-connect' : '';

const key = (type, options, alg) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), use: 'sig', alg, kid: alg,
});

const provider = new Provider(issuer, {
  clients: [{
    client_id: given.client_id,
    client_secret: given.client_secret,
    redirect_uris: given.redirect_uris,
    post_logout_redirect_uris: given.post_logout_redirect_uris,
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'client_secret_post',
    id_token_signed_response_alg: psc ? 'RS256' : 'ES256',
    ...(psc ? {} : { userinfo_signed_response_alg: 'ES256' }),
  }],
  jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')] },
  clientAuthMethods: ['client_secret_post'], // ProConnect knows no client_secret_basic
  enabledJWA: { userinfoSigningAlgValues: ['ES256', 'RS256'], idTokenSigningAlgValues: ['ES256', 'RS256'] },
  routes: psc
    ? { authorization: `${under}/auth`, token: `${under}/token`, userinfo: `${under}/userinfo`, jwks: `${under}/certs`, end_session: `${under}/logout` }
    : { authorization: '/authorize', token: '/token', userinfo: '/userinfo', jwks: '/jwks', end_session: '/session/end' },
  acrValues: ['eidas0', 'eidas0-mfa', 'eidas1', 'eidas1-mfa', 'eidas2', 'eidas3'],
  scopes: ['openid'],
  claims: {
    openid: ['sub'], acr: null, amr: null,
    given_name: ['given_name'], usual_name: ['usual_name'], email: ['email'], siret: ['siret'], roles: ['roles'], organization_label: ['organization_label'],
    scope_all: ['SubjectNameID', 'SubjectOrganization', 'SubjectRole', 'SubjectRefPro', 'family_name', 'given_name', 'preferred_username'],
  },
  features: { devInteractions: { enabled: false }, jwtUserinfo: { enabled: true }, claimsParameter: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  pkce: { required: () => true },
  cookies: { keys: ['tests'] },
  interactions: { url: (ctx, interaction) => `${base}/interaction/${interaction.uid}` },
  loadExistingGrant: async (ctx) => { // nobody is asked to consent
    const { session, client, params, provider: op, requestParamClaims } = ctx.oidc;
    const grant = new op.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    grant.addOIDCClaims([...(requestParamClaims || [])]);
    await grant.save();
    return grant;
  },
  findAccount: async (ctx, sub) => (given.users[sub] ? { accountId: sub, claims: async () => ({ sub, ...given.users[sub] }) } : undefined),
});

const page = (uid) => `<!doctype html><html lang="fr"><title>Identification (essai)</title><main><h1>Identification</h1>
<form method="post" action="${base}/interaction/${uid}"><label>Identifiant <input name="login"></label>
<label>Niveau <input name="acr" value="eidas1"></label><button>S’identifier</button> <button name="cancel" value="1">Renoncer</button></form></main></html>`;

async function interaction(req, res) {
  const { uid } = await provider.interactionDetails(req, res);
  if (req.method === 'GET') {
    res.setHeader('content-type', 'text/html; charset=utf-8');
    return res.end(page(uid));
  }
  let body = '';
  for await (const chunk of req) body += chunk;
  const typed = parse(body);
  const result = typed.cancel || !given.users[typed.login]
    ? { error: 'access_denied', error_description: 'Authentication aborted' }
    : { login: { accountId: typed.login, acr: typed.acr, amr: ['pwd'] } };
  return provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
}

const answer = provider.callback();
http.createServer((req, res) => {
  if (req.url === `${base}${known}`) req.url = `${base}/.well-known/openid-configuration`;
  else if (psc && req.url.includes('/.well-known/')) { res.statusCode = 404; return res.end(); }
  if (req.url.startsWith(base)) { req.originalUrl = req.url; req.url = req.url.slice(base.length) || '/'; }
  if (req.url.startsWith('/interaction/')) return interaction(req, res).catch((fault) => { res.statusCode = 500; res.end(String(fault)); });
  return answer(req, res);
}).listen(given.port, '127.0.0.1', () => console.log('ready'));
