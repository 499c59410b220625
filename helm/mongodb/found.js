// Founds the replica set and makes its two users. The startup probe runs it until it ends with 0; on a server that was
// founded before it only sets the application's password again.
const admin = db.getSiblingDB("admin");
const shop = db.getSiblingDB("velure");

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

function signIn() {
  try {
    admin.auth("admin", setting("MONGODB_ADMIN_PASSWORD"));
    return true;
  } catch (error) {
    return false;
  }
}

// Until the first user exists, whoever comes from this machine may found the set and make that user, and nothing else.
const known = signIn();
if (!db.hello().setName) {
  rs.initiate({ _id: "velure", members: [{ _id: 0, host: "127.0.0.1:27017" }] });
}
// It elects itself within seconds; the next run goes on.
if (!db.hello().isWritablePrimary) quit(1);

if (!known) {
  admin.createUser({ user: "admin", pwd: setting("MONGODB_ADMIN_PASSWORD"), roles: ["root"] });
  if (!signIn()) throw new Error("the new administrator cannot sign in");
}
const username = setting("MONGODB_APP_USERNAME");
const account = { pwd: setting("MONGODB_APP_PASSWORD"), roles: [{ role: "readWrite", db: "velure" }] };
if (shop.getUser(username)) shop.updateUser(username, account);
else shop.createUser({ user: username, ...account });
