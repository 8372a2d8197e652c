// An OpenID provider that others wrote, on loopback. Whoever comes is Anna, who is signed in at once.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [port, clientId, clientSecret, back] = process.argv.slice(2);
const claims = { email: "anna@institute.example", email_verified: true, name: "Anna Gruber" };

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [back] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_context, sub) => ({ accountId: sub, claims: async () => ({ sub, ...claims }) }),
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});

const answer = provider.callback();
createServer(async (request, response) => {
  if (!request.url.startsWith("/interaction/")) return answer(request, response);
  return provider.interactionFinished(request, response, { login: { accountId: "anna-at-the-peer" } });
}).listen(Number(port), "127.0.0.1");
