"""S3: the bucket of the access logs."""

from tests.account.account import REGION, Result
from tests.account.handlers.base import ResourceHandler, found, ignoring, pascal

_GONE = ("NoSuchBucket", "404")


class Bucket(ResourceHandler):
    name_limit = 63

    def create(self, account, name, given):
        s3 = account.client("s3")
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": account.tag_list()})
        assert given["forceDestroy"] is True
        return Result(name, {"arn": f"arn:aws:s3:::{name}", "bucket": name})

    def delete(self, account, identity, outputs):
        account.client("s3").delete_bucket(Bucket=identity)

    def exists(self, account, identity, outputs):
        return found(lambda: account.client("s3").head_bucket(Bucket=identity), *_GONE)


class BucketPart(ResourceHandler):
    """A part of a bucket that is put, deleted and read by its name."""

    missing = ()

    def create(self, account, name, given):
        self.put(account.client("s3"), given)
        return Result(given["bucket"], {})

    def update(self, account, identity, given, outputs):
        self.put(account.client("s3"), given)
        return {}

    def delete(self, account, identity, outputs):
        with ignoring(*_GONE):
            self.remove(account.client("s3"), identity)

    def exists(self, account, identity, outputs):
        return found(lambda: self.get(account.client("s3"), identity), *_GONE, *self.missing)


class BucketPolicy(BucketPart):
    missing = ("NoSuchBucketPolicy",)

    def put(self, s3, given):
        s3.put_bucket_policy(Bucket=given["bucket"], Policy=given["policy"])

    def remove(self, s3, bucket):
        s3.delete_bucket_policy(Bucket=bucket)

    def get(self, s3, bucket):
        return s3.get_bucket_policy(Bucket=bucket)


class PublicAccessBlock(BucketPart):
    missing = ("NoSuchPublicAccessBlockConfiguration",)

    def put(self, s3, given):
        names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls")
        configuration = {name: given[name] for name in (*names, "restrictPublicBuckets")}
        s3.put_public_access_block(
            Bucket=given["bucket"], PublicAccessBlockConfiguration=pascal(configuration)
        )

    def remove(self, s3, bucket):
        s3.delete_public_access_block(Bucket=bucket)

    def get(self, s3, bucket):
        return s3.get_public_access_block(Bucket=bucket)


class Lifecycle(BucketPart):
    missing = ("NoSuchLifecycleConfiguration",)

    def put(self, s3, given):
        (rule,) = given.plain("rules")
        s3.put_bucket_lifecycle_configuration(
            Bucket=given["bucket"],
            LifecycleConfiguration={
                "Rules": [
                    {
                        "ID": rule["id"],
                        "Status": rule["status"],
                        "Filter": pascal(rule["filter"]),
                        "Expiration": pascal(rule["expiration"]),
                        "AbortIncompleteMultipartUpload": pascal(
                            rule["abortIncompleteMultipartUpload"]
                        ),
                    }
                ]
            },
        )

    def remove(self, s3, bucket):
        s3.delete_bucket_lifecycle(Bucket=bucket)

    def get(self, s3, bucket):
        return s3.get_bucket_lifecycle_configuration(Bucket=bucket)


HANDLERS = {
    "aws:s3/bucket:Bucket": Bucket(),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Lifecycle(),
    "aws:s3/bucketPolicy:BucketPolicy": BucketPolicy(),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": PublicAccessBlock(),
}
