"""IAM."""

from tests.account.account import Result
from tests.account.handlers.base import ResourceHandler, found, ignoring

_GONE = "NoSuchEntity"


class Role(ResourceHandler):
    name_limit = 64

    def create(self, account, name, given):
        made = account.client("iam").create_role(
            RoleName=name,
            AssumeRolePolicyDocument=given["assumeRolePolicy"],
            Tags=account.tag_list(),
        )["Role"]
        return Result(name, {"name": name, "arn": made["Arn"]})

    def update(self, account, identity, given, outputs):
        account.client("iam").update_assume_role_policy(
            RoleName=identity, PolicyDocument=given["assumeRolePolicy"]
        )
        return {"name": identity, "arn": outputs["arn"]}

    def delete(self, account, identity, outputs):
        account.client("iam").delete_role(RoleName=identity)

    def exists(self, account, identity, outputs):
        return found(lambda: account.client("iam").get_role(RoleName=identity), _GONE)


class RolePolicy(ResourceHandler):
    name_limit = 128

    def create(self, account, name, given):
        self._put(account, name, given)
        return Result(f"{given['role']}:{name}", {"name": name})

    def update(self, account, identity, given, outputs):
        self._put(account, outputs["name"], given)
        return {"name": outputs["name"]}

    def _put(self, account, name, given):
        account.client("iam").put_role_policy(
            RoleName=given["role"], PolicyName=name, PolicyDocument=given["policy"]
        )

    def delete(self, account, identity, outputs):
        role, _, name = identity.partition(":")
        with ignoring(_GONE):
            account.client("iam").delete_role_policy(RoleName=role, PolicyName=name)

    def exists(self, account, identity, outputs):
        role, _, name = identity.partition(":")
        iam = account.client("iam")
        return found(lambda: iam.get_role_policy(RoleName=role, PolicyName=name), _GONE)


class RolePolicyAttachment(ResourceHandler):
    def create(self, account, name, given):
        account.client("iam").attach_role_policy(
            RoleName=given["role"], PolicyArn=given["policyArn"]
        )
        return Result(name, {})

    def delete(self, account, identity, outputs):
        with ignoring(_GONE):
            account.client("iam").detach_role_policy(
                RoleName=outputs["role"], PolicyArn=outputs["policyArn"]
            )

    def exists(self, account, identity, outputs):
        def attached():
            listed = account.client("iam").list_attached_role_policies(RoleName=outputs["role"])
            arns = [policy["PolicyArn"] for policy in listed["AttachedPolicies"]]
            return outputs["policyArn"] in arns

        return found(attached, _GONE)


HANDLERS = {
    "aws:iam/role:Role": Role(),
    "aws:iam/rolePolicy:RolePolicy": RolePolicy(),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": RolePolicyAttachment(),
}
