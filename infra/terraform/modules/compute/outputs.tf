output "cluster_id" {
  description = "The cluster: `scw k8s kubeconfig install <id without its region>`."
  value       = scaleway_k8s_cluster.main.id
  depends_on  = [scaleway_k8s_pool.main]
}
